/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Many connections on one axis of time, a row each. Up to 40 all of them, in
 * order; beyond that an overview of each listener and the 20 worst.
 *
 * Under 80 columns the server's column goes where all rows have the same one,
 * under 60 the figures behind the bars go.
 */
#pragma once

#include "base/strbuf.h"
#include "model/model.h"
#include "render/style.h"

/* Appends table and legend. 0 or -ENOMEM. */
int timeline(const struct style *style, const struct model *model, struct strbuf *out);

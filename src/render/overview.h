/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Too many connections for a row each: every listener's queue as a sparkline, and
 * how connect times and waits are spread.
 */
#pragma once

#include "base/strbuf.h"
#include "model/model.h"
#include "render/style.h"

/* 0 or -ENOMEM. */
int overview(const struct style *style, const struct model *model, struct strbuf *out);

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Every listener in a line, the worst first: how full, how many turned away, how long
 * clients waited, and the verdict.
 */
#pragma once

#include "analyze/finding.h"
#include "render/style.h"

/* Appends the table; of healthy listeners without clients only how many there are. 0 or -ENOMEM. */
int survey(const struct style *style, const struct findings *findings, struct strbuf *out);

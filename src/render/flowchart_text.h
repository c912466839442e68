/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A flowchart on a terminal. At 80 columns each lane has 33 for its words; wider
 * terminals give each half of what is more. Under 80 columns the lanes move
 * together, under 60 the times go; what still does not fit is cut.
 */
#pragma once

#include "base/strbuf.h"
#include "render/flowchart.h"
#include "render/style.h"

/* Appends title, lane titles and rows. The style is the one the chart was made with. */
void flowchart_text(const struct style *style, const struct flowchart *chart, struct strbuf *out);

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A flowchart as a picture: one SVG document that needs nothing else, light or
 * dark as its reader prefers.
 */
#pragma once

#include "base/strbuf.h"
#include "render/flowchart.h"

/* Appends the document. The chart was made with a style without colour and ASCII. */
void flowchart_svg(const struct flowchart *chart, struct strbuf *out);

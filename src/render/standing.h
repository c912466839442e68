/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What can be said of listeners that were only read, and that it is no verdict.
 */
#pragma once

#include "analyze/standing.h"
#include "render/style.h"

/* Appends a paragraph per listener, worst first (quiet ones are only counted unless `all`), the
 * namespaces' counters that rose, and what could not be known. */
void standings_text(const struct style *style, const struct model *model,
		    const struct standings *standings, bool all, struct strbuf *out);

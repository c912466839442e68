/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Findings in words that an operator can act on and forward.
 */
#pragma once

#include "analyze/finding.h"
#include "render/style.h"

/* Who and what the listener is, in a line. */
void verdict_listener(const struct style *style, const struct model *model,
		      const struct listener *listener, struct strbuf *out);

/* One finding, without the listener. */
void verdict_finding(const struct style *style, const struct capture *capture,
		     const struct finding *finding, struct strbuf *out);

/* All of them by listener, the worst listener first. healthy: those too; else they are only
 * counted. */
int verdicts(const struct style *style, const struct model *model, const struct findings *findings,
	     bool healthy, struct strbuf *out);

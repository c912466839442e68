/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Private to the flowchart: from steps in order of time to rows.
 */
#pragma once

#include "render/flowchart.h"

enum flow_step_kind {
	FLOW_STEP_LISTENING, /* a listener that was there before the trace; no event */
	FLOW_STEP_EVENT,
	FLOW_STEP_WAIT, /* accept() begins to wait */
	FLOW_STEP_RETURN, /* connect() returns with an error */
	FLOW_STEP_OPEN, /* the end of the trace finds it open; no event */
};

struct flow_step {
	int64_t t_ns;
	uint8_t kind; /* enum flow_step_kind */
	uint8_t lane; /* FLOW_LEFT or FLOW_RIGHT */
	const struct event *event;
};

VEC_TYPE(flow_steps, struct flow_step);

/* What the rows are made from. */
struct flow_source {
	const struct style *style;
	const struct connection *connection; /* NULL: a lone socket or listener */
	const struct listener *listener; /* NULL: none */
	uint32_t lane_pid[FLOW_LANES]; /* of the process that a lane is titled with; 0: none */
	int64_t zero_ns;
	struct flow_steps steps; /* sorted */
};

int flowchart_add_rows(const struct flow_source *source, struct flowchart *chart);

/* Data that goes back and forth: steps first..last-1 as one row's text. */
int flowchart_fold_text(const struct flow_source *source, size_t first, size_t last,
			struct strbuf *out);

/* Appends a text to the chart's and returns its place; begin, append to
 * chart->texts, end. */
size_t flowchart_text_begin(struct flowchart *chart);
void flowchart_text_end(struct flowchart *chart);
size_t flowchart_text_add(struct flowchart *chart, const char *text);

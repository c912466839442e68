/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Private to the flowchart: the state of the walk over the steps, and what a row
 * is made of.
 */
#pragma once

#include "render/flowchart_rows.h"

struct walk {
	const struct flow_source *source;
	struct flowchart *chart;
	uint8_t lane[FLOW_LANES]; /* enum flow_lane, as of now */
	uint32_t pid[FLOW_LANES]; /* whose calls stand there, as of now; 0: not known */
	bool fin_sent[FLOW_LANES];
	bool connected;
	bool syn_shown, reset_shown;
	size_t next; /* the step after the one at hand */
	int error; /* 0 or -ENOMEM */
};

unsigned lane_other(unsigned lane);
bool lane_seen(const struct walk *walk, unsigned lane); /* that end is followed here */
bool is_tcp(const struct walk *walk);

/* A row in which nothing happens yet. NULL without memory; valid until the next one. */
struct flow_row *walk_row(struct walk *walk, int64_t t_ns);

/* Takes the next step into the row at hand if it is this event; else NULL. */
const struct event *walk_take(struct walk *walk, enum event_name name, unsigned lane);

void row_lane(struct walk *walk, struct flow_row *row, unsigned lane, enum flow_lane state);
void row_mark(struct walk *walk, struct flow_row *row, unsigned lane, enum flow_mark mark,
	      const char *text, enum paint paint);
void row_call(struct walk *walk, struct flow_row *row, const struct flow_step *step);
void row_note_time(struct walk *walk, struct flow_row *row, unsigned lane, const char *words,
		   int64_t ns);

/* Arrows go to the other lane; a lone socket has none. */
void row_arrow(struct walk *walk, struct flow_row *row, unsigned from, const char *label,
	       enum paint paint);
void row_arrow_bytes(struct walk *walk, struct flow_row *row, unsigned from, uint64_t bytes);
void row_reset(struct walk *walk, struct flow_row *row,
	       unsigned from); /* after it nobody sends a FIN */

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The flowchart of one connection as rows and cells: which call stands in which
 * lane, what moves across, how each side waits. Text and SVG draw the same rows.
 *
 * The client's lane is the left one, the server's the right one, time goes
 * downward. A row stands where a call was entered; accept() where it returned,
 * since until then it is another connection's or nobody's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "base/vec.h"
#include "model/model.h"
#include "render/style.h"

#define FLOW_LEFT 0
#define FLOW_RIGHT 1
#define FLOW_LANES 2

/* What a lane is doing after a row. */
enum flow_lane {
	FLOW_NOTHING, /* no socket yet, or no more */
	FLOW_LANE,
	FLOW_WAITING, /* in accept() or connect() */
	FLOW_QUEUED, /* in the accept queue */
	FLOW_LANE_MAX,
};

enum flow_mark { FLOW_MARK_NONE, FLOW_MARK_CALL, FLOW_MARK_KERNEL, FLOW_MARK_MORE, FLOW_MARK_MAX };

enum flow_arrow {
	FLOW_ARROW_NONE,
	FLOW_ARROW_RIGHT,
	FLOW_ARROW_LEFT,
	FLOW_ARROW_BOTH,
	FLOW_ARROW_MAX
};

/* Texts are offsets into flowchart.texts, 0 is the empty one: flowchart_string(). */
struct flow_cell {
	uint8_t lane; /* enum flow_lane */
	uint8_t mark; /* enum flow_mark; NONE: the lane goes through */
	uint8_t paint, note_paint; /* enum paint */
	size_t text, note;
};

struct flow_row {
	int64_t t_ns; /* since zero; TIME_UNKNOWN: before it, or of no moment */
	struct flow_cell cell[FLOW_LANES];
	uint8_t arrow; /* enum flow_arrow */
	uint8_t arrow_paint;
	bool lost; /* the arrow did not arrive */
	bool wide; /* the left cell's text goes over both lanes: a fold of many rows */
	size_t label;
};

VEC_TYPE(flow_rows, struct flow_row);

struct flowchart {
	unsigned lanes; /* 1: a socket without another side */
	size_t title; /* "#1 tcp 127.0.0.1:41568 → 127.0.0.1:8088" */
	size_t summary; /* "closed by server   26 B to the client" */
	uint8_t summary_paint;
	size_t lane_title[FLOW_LANES];
	struct flow_rows rows;
	struct strbuf texts;
};

/* Fill *chart, which flowchart_release() empties; its texts suit the style. The
 * connection's events need not be sorted. 0 or -ENOMEM, and then it is empty. */
int flowchart_of_connection(const struct style *style, const struct connection *connection,
			    struct flowchart *chart);
int flowchart_of_socket(const struct style *style, const struct socket *socket,
			struct flowchart *chart);
int flowchart_of_listener(const struct style *style, const struct listener *listener,
			  struct flowchart *chart);

void flowchart_release(struct flowchart *chart);
const char *flowchart_string(const struct flowchart *chart, size_t text);

/* Columns a cell's text has beside its lane at the style's width. */
unsigned flowchart_room(const struct style *style);

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the making of rows: lanes that go on, marks, words and arrows. Knows no
 * event by name but to take the next one.
 */
#include "render/flowchart_row.h"

#include <errno.h>

#include "render/call.h"
#include "render/text.h"

#define LONG_WAIT_NS 1000000LL /* a wait worth a colour */

unsigned lane_other(unsigned lane)
{
	return lane == FLOW_LEFT ? FLOW_RIGHT : FLOW_LEFT;
}

bool lane_seen(const struct walk *walk, unsigned lane)
{
	const struct connection *connection = walk->source->connection;

	return connection &&
	       (lane == FLOW_LEFT ? connection->client.seen : connection->server.seen);
}

bool is_tcp(const struct walk *walk)
{
	return walk->source->connection && walk->source->connection->protocol == PROTOCOL_TCP;
}

/* A row in which nothing happens yet. NULL without memory. */
struct flow_row *walk_row(struct walk *walk, int64_t t_ns)
{
	struct flow_rows *rows = &walk->chart->rows;
	bool timed = t_ns != INT64_MIN && t_ns != INT64_MAX && t_ns >= walk->source->zero_ns;
	struct flow_row row = {.t_ns = timed ? t_ns - walk->source->zero_ns : TIME_UNKNOWN};

	/* from now on there is another side, seen or not */
	if (timed && walk->chart->lanes == FLOW_LANES)
		for (unsigned lane = 0; lane < FLOW_LANES; lane++)
			if (walk->lane[lane] == FLOW_NOTHING && !lane_seen(walk, lane))
				walk->lane[lane] = FLOW_LANE;
	for (unsigned lane = 0; lane < FLOW_LANES; lane++)
		row.cell[lane].lane = walk->lane[lane];
	if (vec_push(rows, row)) {
		walk->error = -ENOMEM;
		return NULL;
	}
	return &rows->items[rows->len - 1];
}

void row_lane(struct walk *walk, struct flow_row *row, unsigned lane, enum flow_lane state)
{
	walk->lane[lane] = state;
	row->cell[lane].lane = state;
}

void row_mark(struct walk *walk, struct flow_row *row, unsigned lane, enum flow_mark mark,
	      const char *text, enum paint paint)
{
	row->cell[lane].mark = mark;
	row->cell[lane].paint = paint;
	row->cell[lane].text = flowchart_text_add(walk->chart, text);
	if (walk->lane[lane] == FLOW_NOTHING)
		row_lane(walk, row, lane, FLOW_LANE);
}

/* An arrow from a lane to the other one; a lone socket has none. */
void row_arrow(struct walk *walk, struct flow_row *row, unsigned from, const char *label,
	       enum paint paint)
{
	if (walk->chart->lanes < FLOW_LANES)
		return;
	row->arrow = from == FLOW_LEFT ? FLOW_ARROW_RIGHT : FLOW_ARROW_LEFT;
	row->arrow_paint = paint;
	row->label = flowchart_text_add(walk->chart, label);
}

void row_arrow_bytes(struct walk *walk, struct flow_row *row, unsigned from, uint64_t bytes)
{
	struct strbuf label strbuf_cleanup = STRBUF_INIT;

	style_bytes(walk->source->style, bytes, &label);
	row_arrow(walk, row, from, strbuf_text(&label), PAINT_NONE);
}

/* The call as text, in its short form where the long one would not fit. */
void row_call(struct walk *walk, struct flow_row *row, const struct flow_step *step)
{
	const struct style *style = walk->source->style;
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	int32_t err = step->event->err;
	bool failed = err && err != EAGAIN && err != EINPROGRESS;

	/* a lone socket has no title that says where it connects to */
	if (!walk->source->connection && step->event->name == EVENT_CONNECT)
		call_print(style, step->event, CALL_FULL, &text);
	else
		call_print(style, step->event, 0, &text);
	if (text_width(strbuf_text(&text), text.len) > flowchart_room(style)) {
		strbuf_reset(&text);
		call_print(style, step->event, CALL_BRIEF, &text);
	}
	row_mark(walk, row, step->lane, FLOW_MARK_CALL, strbuf_text(&text),
		 failed ? PAINT_FAIL : PAINT_NONE);
}

void row_note_time(struct walk *walk, struct flow_row *row, unsigned lane, const char *words,
		   int64_t ns)
{
	struct flow_cell *cell = &row->cell[lane];

	cell->note = flowchart_text_begin(walk->chart);
	strbuf_add(&walk->chart->texts, words);
	style_time(walk->source->style, true, ns, &walk->chart->texts);
	flowchart_text_end(walk->chart);
	cell->note_paint = ns >= LONG_WAIT_NS ? PAINT_WAIT : PAINT_NONE;
}

/* Takes the next step into this row if it is that one. */
const struct event *walk_take(struct walk *walk, enum event_name name, unsigned lane)
{
	const struct flow_steps *steps = &walk->source->steps;
	const struct flow_step *step = &steps->items[walk->next];

	if (walk->next >= steps->len || step->kind != FLOW_STEP_EVENT || step->lane != lane ||
	    step->event->name != name)
		return NULL;
	walk->next++;
	return step->event;
}

void row_reset(struct walk *walk, struct flow_row *row, unsigned from)
{
	if (!walk->reset_shown)
		row_arrow(walk, row, from, "RST", PAINT_FAIL);
	walk->reset_shown = true;
	walk->fin_sent[FLOW_LEFT] = walk->fin_sent[FLOW_RIGHT] = true;
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns what each event looks like in a flowchart: its lane, its words, the arrow
 * it sends, and what becomes one row. Knows neither columns nor pixels.
 */
#include "render/flowchart_rows.h"

#include <errno.h>
#include <string.h>

#include "base/units.h"
#include "render/call.h"
#include "render/text.h"

#define LONG_WAIT_NS 1000000LL /* a wait worth a colour */
#define FOLD_FROM 11           /* rows of data in a row, from here on folded */
#define FOLD_HEAD 4            /* of which so many stay at the beginning */
#define FOLD_TAIL 2            /* and at the end */

struct walk {
	const struct flow_source *source;
	struct flowchart *chart;
	uint8_t lane[FLOW_LANES]; /* enum flow_lane, as of now */
	bool fin_sent[FLOW_LANES];
	bool connected;
	bool reset_shown;
	size_t next; /* the step after the one at hand */
	int error;
};

static unsigned other_lane(unsigned lane)
{
	return lane == FLOW_LEFT ? FLOW_RIGHT : FLOW_LEFT;
}

static bool lane_seen(const struct walk *walk, unsigned lane)
{
	const struct connection *connection = walk->source->connection;

	return connection && (lane == FLOW_LEFT ? connection->client.seen : connection->server.seen);
}

static bool is_tcp(const struct walk *walk)
{
	return walk->source->connection && walk->source->connection->protocol == PROTOCOL_TCP;
}

/* A row in which nothing happens yet. NULL without memory. */
static struct flow_row *walk_row(struct walk *walk, int64_t t_ns)
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

static void row_lane(struct walk *walk, struct flow_row *row, unsigned lane, enum flow_lane state)
{
	walk->lane[lane] = state;
	row->cell[lane].lane = state;
}

static void row_mark(struct walk *walk, struct flow_row *row, unsigned lane, enum flow_mark mark,
                     const char *text, enum paint paint)
{
	row->cell[lane].mark = mark;
	row->cell[lane].paint = paint;
	row->cell[lane].text = flowchart_text_add(walk->chart, text);
	if (walk->lane[lane] == FLOW_NOTHING)
		row_lane(walk, row, lane, FLOW_LANE);
}

/* An arrow from a lane to the other one; a lone socket has none. */
static void row_arrow(struct walk *walk, struct flow_row *row, unsigned from, const char *label,
                      enum paint paint)
{
	if (walk->chart->lanes < FLOW_LANES)
		return;
	row->arrow = from == FLOW_LEFT ? FLOW_ARROW_RIGHT : FLOW_ARROW_LEFT;
	row->arrow_paint = paint;
	row->label = flowchart_text_add(walk->chart, label);
}

static void row_arrow_bytes(struct walk *walk, struct flow_row *row, unsigned from, uint64_t bytes)
{
	struct strbuf label strbuf_cleanup = STRBUF_INIT;

	style_bytes(walk->source->style, bytes, &label);
	row_arrow(walk, row, from, strbuf_text(&label), PAINT_NONE);
}

/* The call as text, in its short form where the long one would not fit. */
static void row_call(struct walk *walk, struct flow_row *row, const struct flow_step *step)
{
	const struct style *style = walk->source->style;
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	int32_t err = step->event->err;
	bool failed = err && err != EAGAIN && err != EINPROGRESS;

	call_print(style, step->event, 0, &text);
	if (text_width(strbuf_text(&text), text.len) > flowchart_room(style)) {
		strbuf_reset(&text);
		call_print(style, step->event, CALL_BRIEF, &text);
	}
	row_mark(walk, row, step->lane, FLOW_MARK_CALL, strbuf_text(&text), failed ? PAINT_FAIL : PAINT_NONE);
}

static void row_note_time(struct walk *walk, struct flow_row *row, unsigned lane, const char *words,
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
static const struct event *walk_take(struct walk *walk, enum event_name name, unsigned lane)
{
	const struct flow_steps *steps = &walk->source->steps;
	const struct flow_step *step = &steps->items[walk->next];

	if (walk->next >= steps->len || step->kind != FLOW_STEP_EVENT || step->lane != lane ||
	    step->event->name != name)
		return NULL;
	walk->next++;
	return step->event;
}

/* A SYN that another one had to follow, or that the outcome says nobody answered. */
static bool syn_unanswered(const struct walk *walk)
{
	const struct flow_steps *steps = &walk->source->steps;

	for (size_t i = walk->next; i < steps->len; i++) {
		if (steps->items[i].kind != FLOW_STEP_EVENT)
			continue;
		if (steps->items[i].event->name == EVENT_SYN)
			return true;
		if (steps->items[i].event->name == EVENT_ESTABLISHED)
			return false;
	}
	return walk->source->connection->outcome == OUTCOME_TIMED_OUT;
}

static void row_syn(struct walk *walk, struct flow_row *row, unsigned lane)
{
	bool unanswered = syn_unanswered(walk);

	row_arrow(walk, row, lane, unanswered ? "SYN, no answer" : "SYN",
	          unanswered ? PAINT_FAIL : PAINT_NONE);
	row->lost = unanswered;
}

static void row_queue(struct walk *walk, struct flow_row *row, uint32_t depth, uint32_t limit)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;

	strbuf_add(&text, "in the accept queue");
	if (limit)
		strbuf_printf(&text, ", %u of %u", depth, limit);
	row_mark(walk, row, FLOW_RIGHT, FLOW_MARK_NONE, strbuf_text(&text), PAINT_WAIT);
	row_lane(walk, row, FLOW_RIGHT, FLOW_QUEUED);
}

/* A UNIX connect() puts the other end into the queue at once. */
static void row_unix_connect(struct walk *walk, struct flow_row *row, const struct event *event)
{
	const struct connection *connection = walk->source->connection;
	const struct event *queued = walk_take(walk, EVENT_ESTABLISHED, FLOW_RIGHT);

	walk->connected = true;
	row_arrow(walk, row, FLOW_LEFT, "", PAINT_NONE);
	if (queued)
		row_queue(walk, row, queued->arg.queue.depth, queued->arg.queue.limit);
	else if (event->t_ns < connection->accepted_ns)
		row_queue(walk, row, 0, 0);
}

static void walk_connect(struct walk *walk, struct flow_row *row, const struct flow_step *step)
{
	const struct connection *connection = walk->source->connection;
	struct event silent = *step->event;
	struct flow_step entry = *step;

	/* the error has a row of its own, where it came back */
	if (is_tcp(walk) && connection->syns && step->event->err != EINPROGRESS)
		silent.err = 0;
	entry.event = &silent;
	row_call(walk, row, &entry);
	if (!connection)
		return;
	if (is_tcp(walk)) {
		row_lane(walk, row, step->lane, FLOW_WAITING);
		if (walk_take(walk, EVENT_SYN, step->lane))
			row_syn(walk, row, step->lane);
	} else if (connection->protocol == PROTOCOL_UNIX && !step->event->err &&
	           connection->type != TYPE_DGRAM) {
		row_unix_connect(walk, row, step->event);
	}
}

static void walk_established(struct walk *walk, struct flow_row *row, const struct flow_step *step)
{
	const struct event *queued = step->event;

	walk->connected = true;
	if (step->lane == FLOW_LEFT) {
		row_mark(walk, row, FLOW_LEFT, FLOW_MARK_KERNEL, "connected", PAINT_NONE);
		row_lane(walk, row, FLOW_LEFT, FLOW_LANE);
		queued = walk_take(walk, EVENT_ESTABLISHED, FLOW_RIGHT);
		row_arrow(walk, row, FLOW_RIGHT, queued ? "SYN-ACK/ACK" : "SYN-ACK", PAINT_NONE);
		if (!queued)
			return;
		row->arrow = FLOW_ARROW_BOTH;
	} else {
		row_arrow(walk, row, FLOW_LEFT, lane_seen(walk, FLOW_LEFT) ? "ACK" : "SYN, ACK", PAINT_NONE);
	}
	row_queue(walk, row, queued->arg.queue.depth, queued->arg.queue.limit);
}

static void walk_accept(struct walk *walk, struct flow_row *row, const struct flow_step *step)
{
	const struct connection *connection = walk->source->connection;

	row_call(walk, row, step);
	if (step->event->err || !connection)
		return;
	row_lane(walk, row, step->lane, FLOW_LANE);
	if (connection->accept_wait_ns != TIME_UNKNOWN)
		row_note_time(walk, row, step->lane, "waited ", connection->accept_wait_ns);
}

static void walk_listen(struct walk *walk, struct flow_row *row, const struct flow_step *step)
{
	struct flow_cell *cell = &row->cell[step->lane];

	row_call(walk, row, step);
	if (step->event->err)
		return;
	cell->note = flowchart_text_begin(walk->chart);
	strbuf_add(&walk->chart->texts, "backlog ");
	units_decimal(&walk->chart->texts, step->event->arg.listen.effective);
	flowchart_text_end(walk->chart);
}

/* What closing its direction sends to the other side. */
static void row_end_of_stream(struct walk *walk, struct flow_row *row, unsigned lane)
{
	const struct connection *connection = walk->source->connection;

	if (!connection || connection->type == TYPE_DGRAM || walk->fin_sent[lane])
		return;
	if (is_tcp(walk) && !walk->connected && connection->seen_from_start)
		return;
	walk->fin_sent[lane] = true;
	row_arrow(walk, row, lane, is_tcp(walk) ? "FIN" : "EOF", PAINT_NONE);
}

static void row_reset(struct walk *walk, struct flow_row *row, unsigned from)
{
	if (!walk->reset_shown)
		row_arrow(walk, row, from, "RST", PAINT_FAIL);
	walk->reset_shown = true;
	walk->fin_sent[FLOW_LEFT] = walk->fin_sent[FLOW_RIGHT] = true;
}

static void walk_close(struct walk *walk, struct flow_row *row, const struct flow_step *step)
{
	const struct event *reset;

	row_call(walk, row, step);
	if (!step->event->last) {
		row->cell[step->lane].note = flowchart_text_add(walk->chart, "still held elsewhere");
		return;
	}
	reset = walk_take(walk, EVENT_RESET, step->lane);
	if (reset && reset->ret)
		row_reset(walk, row, step->lane);
	else
		row_end_of_stream(walk, row, step->lane);
	row_lane(walk, row, step->lane, FLOW_NOTHING);
}

static void walk_data(struct walk *walk, struct flow_row *row, const struct flow_step *step)
{
	row_call(walk, row, step);
	if (step->event->name == EVENT_SEND)
		row_arrow_bytes(walk, row, step->lane, step->event->bytes);
	else if (!lane_seen(walk, other_lane(step->lane)))
		row_arrow_bytes(walk, row, other_lane(step->lane), step->event->bytes);
}

static void walk_reset(struct walk *walk, struct flow_row *row, const struct flow_step *step)
{
	const struct flow_steps *steps = &walk->source->steps;
	const struct flow_step *next = &steps->items[walk->next];
	struct strbuf text strbuf_cleanup = STRBUF_INIT;

	strbuf_add(&text, step->event->ret ? "reset" : "reset by the other side");
	/* the answer to a SYN: connect() says what it means */
	if (walk->next < steps->len && next->kind == FLOW_STEP_RETURN) {
		strbuf_reset(&text);
		errno_print(next->event->err, &text);
		walk->next++;
	}
	row_mark(walk, row, step->lane, FLOW_MARK_KERNEL, strbuf_text(&text), PAINT_FAIL);
	row_lane(walk, row, step->lane, FLOW_LANE);
	row_reset(walk, row, step->event->ret ? step->lane : other_lane(step->lane));
}

static void walk_retransmit(struct walk *walk, struct flow_row *row, const struct flow_step *step)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	unsigned times = 1;

	while (walk_take(walk, step->event->name, step->lane))
		times++;
	strbuf_add(&text, "retransmit");
	if (times > 1)
		strbuf_printf(&text, " %s%u", style_glyph(walk->source->style, GLYPH_TIMES), times);
	row_mark(walk, row, step->lane, FLOW_MARK_KERNEL, strbuf_text(&text), PAINT_WAIT);
}

static void walk_pair(struct walk *walk, struct flow_row *row, const struct flow_step *step)
{
	const struct event *other = walk_take(walk, EVENT_SOCKETPAIR, other_lane(step->lane));
	struct strbuf text strbuf_cleanup = STRBUF_INIT;

	row_call(walk, row, step);
	walk->connected = true;
	if (!other)
		return;
	strbuf_printf(&text, "fd %d", other->arg.socket.fd2);
	row_mark(walk, row, other_lane(step->lane), FLOW_MARK_CALL, strbuf_text(&text), PAINT_NONE);
}

/* Acts of the kernel that need no more than words and an arrow. */
static void walk_kernel(struct walk *walk, struct flow_row *row, const struct flow_step *step)
{
	switch (step->event->name) {
	case EVENT_SYN:
		walk_syn(walk, row, step);
		break;
	case EVENT_SYNACK_RETRANSMIT:
		row_mark(walk, row, step->lane, FLOW_MARK_KERNEL, "SYN-ACK again", PAINT_WAIT);
		row_arrow(walk, row, step->lane, "SYN-ACK", PAINT_NONE);
		break;
	case EVENT_DROP:
		row_mark(walk, row, step->lane, FLOW_MARK_KERNEL, "dropped", PAINT_FAIL);
		row_arrow(walk, row, other_lane(step->lane), "SYN", PAINT_FAIL);
		row->lost = true;
		break;
	case EVENT_FIN:
		row_mark(walk, row, step->lane, FLOW_MARK_KERNEL, "the other side closed", PAINT_NONE);
		row_end_of_stream(walk, row, other_lane(step->lane));
		break;
	default:
		break;
	}
}

static void walk_event(struct walk *walk, const struct flow_step *step)
{
	struct flow_row *row = walk_row(walk, step->t_ns);

	if (!row)
		return;
	switch (step->event->name) {
	case EVENT_CONNECT:
		walk_connect(walk, row, step);
		break;
	case EVENT_ESTABLISHED:
		walk_established(walk, row, step);
		break;
	case EVENT_ACCEPT:
		walk_accept(walk, row, step);
		break;
	case EVENT_LISTEN:
		walk_listen(walk, row, step);
		break;
	case EVENT_SEND:
	case EVENT_RECV:
		walk_data(walk, row, step);
		break;
	case EVENT_SHUTDOWN:
		row_call(walk, row, step);
		if (!step->event->err && step->event->arg.how)
			row_end_of_stream(walk, row, step->lane);
		break;
	case EVENT_CLOSE:
		walk_close(walk, row, step);
		break;
	case EVENT_RESET:
		walk_reset(walk, row, step);
		break;
	case EVENT_RETRANSMIT:
		walk_retransmit(walk, row, step);
		break;
	case EVENT_SOCKETPAIR:
		walk_pair(walk, row, step);
		break;
	default:
		if (event_is_call(step->event->name))
			row_call(walk, row, step);
		else
			walk_kernel(walk, row, step);
	}
}

static void walk_listening(struct walk *walk, const struct flow_step *step)
{
	const struct listener *listener = walk->source->listener;
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	struct flow_row *row = walk_row(walk, step->t_ns);

	if (!row)
		return;
	row_mark(walk, row, step->lane, FLOW_MARK_KERNEL, "listening", PAINT_NONE);
	strbuf_add(&text, "backlog ");
	units_decimal(&text, listener->effective);
	row->cell[step->lane].note = flowchart_text_add(walk->chart, strbuf_text(&text));
}

/* accept() is called before there is anything to accept. */
static void walk_wait(struct walk *walk, const struct flow_step *step)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	struct flow_row *row = walk_row(walk, step->t_ns);

	if (!row)
		return;
	strbuf_printf(&text, "accept(%d) waits", step->event->fd);
	if (!step->event->in_flight && step->event->duration_ns != TIME_UNKNOWN) {
		strbuf_add_char(&text, ' ');
		style_time(walk->source->style, true, step->event->duration_ns, &text);
	}
	row_mark(walk, row, step->lane, FLOW_MARK_NONE, strbuf_text(&text), PAINT_NONE);
	row_lane(walk, row, step->lane, FLOW_WAITING);
}

/* connect() comes back with what went wrong. */
static void walk_return(struct walk *walk, const struct flow_step *step)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	struct flow_row *row = walk_row(walk, step->t_ns);

	if (!row)
		return;
	errno_print(step->event->err, &text);
	row_mark(walk, row, step->lane, FLOW_MARK_KERNEL, strbuf_text(&text), PAINT_FAIL);
	row_lane(walk, row, step->lane, FLOW_LANE);
	if (step->event->err == ECONNREFUSED)
		row_reset(walk, row, other_lane(step->lane));
}

static void walk_open(struct walk *walk)
{
	struct flow_row *row = walk_row(walk, INT64_MAX);

	if (!row)
		return;
	for (unsigned lane = 0; lane < walk->chart->lanes; lane++)
		if (row->cell[lane].lane != FLOW_NOTHING)
			row->cell[lane].mark = FLOW_MARK_MORE;
}

static bool step_is_data(const struct flow_step *step)
{
	return step->kind == FLOW_STEP_EVENT &&
	       (step->event->name == EVENT_SEND || step->event->name == EVENT_RECV);
}

/* The step after the data that begins at `first`. */
static size_t data_end(const struct flow_steps *steps, size_t first)
{
	while (first < steps->len && step_is_data(&steps->items[first]))
		first++;
	return first;
}

/* One row for many; the next step is the first of those that stay behind it. */
static void walk_fold(struct walk *walk, size_t first, size_t last)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	struct flow_row *row = walk_row(walk, walk->source->steps.items[first].t_ns);

	walk->next = last;
	if (!row)
		return;
	walk->error = flowchart_fold_text(walk->source, first, last, &text);
	row_mark(walk, row, FLOW_LEFT, FLOW_MARK_MORE, strbuf_text(&text), PAINT_NONE);
	row->cell[FLOW_RIGHT].mark = FLOW_MARK_MORE;
	row->wide = true;
}

static void walk_step(struct walk *walk, const struct flow_step *step)
{
	switch ((enum flow_step_kind)step->kind) {
	case FLOW_STEP_LISTENING:
		walk_listening(walk, step);
		break;
	case FLOW_STEP_EVENT:
		walk_event(walk, step);
		break;
	case FLOW_STEP_WAIT:
		walk_wait(walk, step);
		break;
	case FLOW_STEP_RETURN:
		walk_return(walk, step);
		break;
	case FLOW_STEP_OPEN:
		walk_open(walk);
		break;
	}
}

int flowchart_add_rows(const struct flow_source *source, struct flowchart *chart)
{
	const struct flow_steps *steps = &source->steps;
	struct walk walk = {.source = source, .chart = chart};
	size_t fold_from = SIZE_MAX, fold_to = 0, end = 0;

	while (walk.next < steps->len && !walk.error) {
		size_t at = walk.next++;

		if (at >= end && step_is_data(&steps->items[at])) {
			end = data_end(steps, at);
			fold_from = end - at >= FOLD_FROM ? at + FOLD_HEAD : SIZE_MAX;
			fold_to = end - FOLD_TAIL;
		}
		if (at == fold_from)
			walk_fold(&walk, at, fold_to);
		else
			walk_step(&walk, &steps->items[at]);
	}
	return walk.error;
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the walk from steps to rows: what each event looks like, its lane, its
 * words, the arrow it sends, and what becomes one row. Knows neither columns nor
 * pixels.
 */
#include "render/flowchart_rows.h"

#include <errno.h>

#include "base/units.h"
#include "render/call.h"
#include "render/flowchart_handshake.h"
#include "render/flowchart_row.h"

#define FOLD_FROM 17 /* rows of data in a row, from here on folded */
#define FOLD_HEAD 4 /* of which so many stay at the beginning */
#define FOLD_TAIL 2 /* and at the end */

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
	const struct end *end;

	if (!connection || connection->type == TYPE_DGRAM || walk->fin_sent[lane])
		return;
	if (is_tcp(walk) ? !walk->connected && connection->seen_from_start
			 : connection->outcome == OUTCOME_REFUSED ||
				   connection->outcome == OUTCOME_FAILED)
		return; /* there was no other side */
	/* it sent a reset instead, or was given up before and had nothing left to send it on */
	end = lane == FLOW_LEFT ? &connection->client : &connection->server;
	if (is_tcp(walk) && end->seen && !end->fin_sent)
		return;
	/* nobody is left to read the end */
	if (!is_tcp(walk) && lane_seen(walk, lane_other(lane)) &&
	    walk->lane[lane_other(lane)] == FLOW_NOTHING)
		return;
	walk->fin_sent[lane] = true;
	row_arrow(walk, row, lane, is_tcp(walk) ? "FIN" : "EOF", PAINT_NONE);
}

static bool is_by_another(const struct walk *walk, const struct flow_step *step)
{
	uint32_t pid = walk->pid[step->lane];

	return pid && step->event->pid && step->event->pid != pid;
}

/* A process gives back what it has inherited, or another one has. */
static void walk_close_copy(struct walk *walk, struct flow_row *row, const struct flow_step *step)
{
	size_t *note = &row->cell[step->lane].note;

	row_call(walk, row, step);
	if (!is_by_another(walk, step)) {
		*note = flowchart_text_add(walk->chart, "still held elsewhere");
		return;
	}
	*note = flowchart_text_begin(walk->chart);
	strbuf_printf(&walk->chart->texts, "by %u; still held", step->event->pid);
	flowchart_text_end(walk->chart);
}

static void walk_close(struct walk *walk, struct flow_row *row, const struct flow_step *step)
{
	const struct event *reset;

	if (!step->event->last) {
		walk_close_copy(walk, row, step);
		return;
	}
	row_call(walk, row, step);
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
	/* accepted by a way that makes no call: io_uring */
	if (walk->lane[step->lane] == FLOW_QUEUED)
		row_lane(walk, row, step->lane, FLOW_LANE);
	if (!event_is_run(step->event) && step->event->duration_ns != TIME_UNKNOWN)
		row_note_time(walk, row, step->lane, "", step->event->duration_ns);
	if (!step->event->bytes)
		return;
	if (step->event->name == EVENT_SEND)
		row_arrow_bytes(walk, row, step->lane, step->event->bytes);
	else if (!lane_seen(walk, lane_other(step->lane)))
		row_arrow_bytes(walk, row, lane_other(step->lane), step->event->bytes);
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
	row_reset(walk, row, step->event->ret ? step->lane : lane_other(step->lane));
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
	const struct event *other = walk_take(walk, EVENT_SOCKETPAIR, lane_other(step->lane));
	struct strbuf text strbuf_cleanup = STRBUF_INIT;

	row_call(walk, row, step);
	walk->connected = true;
	if (!other)
		return;
	strbuf_printf(&text, "fd %d", other->arg.socket.fd2);
	row_mark(walk, row, lane_other(step->lane), FLOW_MARK_CALL, strbuf_text(&text), PAINT_NONE);
}

static void walk_synack(struct walk *walk, struct flow_row *row, const struct flow_step *step)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;

	strbuf_add(&text, "SYN-ACK again to ");
	style_address(walk->source->style, &step->event->arg.name.address, &text);
	row_mark(walk, row, step->lane, FLOW_MARK_KERNEL, strbuf_text(&text), PAINT_WAIT);
	row_arrow(walk, row, step->lane, "SYN-ACK", PAINT_NONE);
}

/* Acts of the kernel that need no more than words and an arrow. */
static void walk_kernel(struct walk *walk, struct flow_row *row, const struct flow_step *step)
{
	switch (step->event->name) {
	case EVENT_SYN:
		walk_syn(walk, row, step);
		break;
	case EVENT_SYNACK_RETRANSMIT:
		walk_synack(walk, row, step);
		break;
	case EVENT_DROP:
		walk_drop(walk, row, step);
		break;
	case EVENT_FIN:
		row_mark(walk, row, step->lane, FLOW_MARK_KERNEL, "the other side closed",
			 PAINT_NONE);
		row_end_of_stream(walk, row, lane_other(step->lane));
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
	if (!listener_limit_known(listener))
		return;
	strbuf_add(&text, "backlog ");
	units_decimal(&text, listener->effective);
	row->cell[step->lane].note = flowchart_text_add(walk->chart, strbuf_text(&text));
}

/* accept() is called before there is anything to accept. */
static void walk_wait(struct walk *walk, const struct flow_step *step)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	struct flow_row *row = walk_row(walk, step->t_ns);
	struct event waits = *step->event;

	if (!row)
		return;
	waits.waits = true;
	call_print(walk->source->style, &waits, 0, &text);
	if (!step->event->in_flight && step->event->duration_ns != TIME_UNKNOWN) {
		strbuf_add_char(&text, ' ');
		style_time(walk->source->style, true, step->event->duration_ns, &text);
	}
	row_mark(walk, row, step->lane, FLOW_MARK_NONE, strbuf_text(&text), PAINT_NONE);
	row_lane(walk, row, step->lane, FLOW_WAITING);
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
	return step->kind == FLOW_STEP_EVENT && event_is_data(step->event->name);
}

/* The step after the data that begins at `first`. */
static size_t data_end(const struct flow_steps *steps, size_t first)
{
	while (first < steps->len && step_is_data(&steps->items[first]))
		first++;
	return first;
}

/* Where an exchange begins: as the data at `first` does. */
static bool is_turn(const struct flow_steps *steps, size_t first, size_t at)
{
	const struct flow_step *like = &steps->items[first], *step = &steps->items[at];
	const struct flow_step *before = &steps->items[at - 1];

	return step->lane == like->lane && step->event->name == like->event->name &&
	       (before->lane != step->lane || before->event->name != step->event->name);
}

/* What of the data from `first` to `end` one row stands for: whole exchanges, where there are
 * any. */
static void fold_of(const struct flow_steps *steps, size_t first, size_t end, size_t *from,
		    size_t *to)
{
	*from = first + FOLD_HEAD;
	*to = end - FOLD_TAIL;
	while (*from < *to && !is_turn(steps, first, *from))
		++*from;
	while (*to > *from && !is_turn(steps, first, *to))
		--*to;
	if (*from < *to)
		return;
	*from = first + FOLD_HEAD;
	*to = end - FOLD_TAIL;
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

/* From here on another process calls: the one that the connection was inherited by, say. */
static void walk_caller(struct walk *walk, const struct flow_step *step)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	const struct event *event = step->event;
	struct flow_row *row;

	if (!event_is_call(event->name) || !is_by_another(walk, step) ||
	    (event->name == EVENT_CLOSE && !event->last))
		return;
	walk->pid[step->lane] = event->pid;
	row = walk_row(walk, INT64_MAX);
	if (!row)
		return;
	strbuf_printf(&text, "process %u", event->pid);
	row->cell[step->lane].text = flowchart_text_add(walk->chart, strbuf_text(&text));
	row->cell[step->lane].paint = PAINT_DIM;
}

static void walk_step(struct walk *walk, const struct flow_step *step)
{
	switch ((enum flow_step_kind)step->kind) {
	case FLOW_STEP_LISTENING:
		walk_listening(walk, step);
		break;
	case FLOW_STEP_EVENT:
		walk_caller(walk, step);
		walk_event(walk, step);
		break;
	case FLOW_STEP_WAIT:
		walk_caller(walk, step);
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
	struct walk walk = {
		.source = source,
		.chart = chart,
		.pid = {source->lane_pid[FLOW_LEFT], source->lane_pid[FLOW_RIGHT]},
	};
	size_t fold_from = SIZE_MAX, fold_to = 0, end = 0;

	while (walk.next < steps->len && !walk.error) {
		size_t at = walk.next++;

		if (at >= end && step_is_data(&steps->items[at])) {
			end = data_end(steps, at);
			fold_from = SIZE_MAX;
			if (end - at >= FOLD_FROM)
				fold_of(steps, at, end, &fold_from, &fold_to);
		}
		if (at == fold_from)
			walk_fold(&walk, at, fold_to);
		else
			walk_step(&walk, &steps->items[at]);
	}
	return walk.error;
}

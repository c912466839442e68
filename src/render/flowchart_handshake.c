/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns how a connection comes about in a flowchart: SYN, the handshake, the
 * accept queue, accept(), or why nothing came of it.
 */
#include "render/flowchart_handshake.h"

#include <errno.h>

#include "render/call.h"
#include "render/sentence.h"

#define SAME_SEGMENT_NS 100000000LL /* a repeated one comes a second later at the earliest */
#define SAME_ACK_NS 10000000LL /* with TCP_DEFER_ACCEPT data puts it into the queue, later */

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

/* What came of the arrow in this row: nothing, and the server's side says why. */
static void row_dropped(struct walk *walk, struct flow_row *row, const struct event *drop)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;

	sentence_drop(drop, true, &text);
	row_mark(walk, row, FLOW_RIGHT, FLOW_MARK_KERNEL, strbuf_text(&text), PAINT_FAIL);
	row_arrow(walk, row, FLOW_LEFT, drop->arg.drop.path == DROP_ACK ? "ACK" : "SYN",
		  PAINT_FAIL);
	row->lost = true;
}

/* The next step, if it tells of the same segment from the other side. */
static const struct event *take_same(struct walk *walk, enum event_name name, unsigned lane,
				     int64_t t_ns, int64_t within_ns)
{
	const struct flow_steps *steps = &walk->source->steps;

	if (walk->next >= steps->len || steps->items[walk->next].t_ns - t_ns > within_ns)
		return NULL;
	return walk_take(walk, name, lane);
}

static void row_syn(struct walk *walk, struct flow_row *row, unsigned lane, int64_t t_ns)
{
	const struct event *drop =
		take_same(walk, EVENT_DROP, FLOW_RIGHT, t_ns, SAME_SEGMENT_NS);
	bool unanswered = syn_unanswered(walk);

	walk->syn_shown = true;
	if (drop) {
		row_dropped(walk, row, drop);
		return;
	}
	row_arrow(walk, row, lane, unanswered ? "SYN, no answer" : "SYN",
		  unanswered ? PAINT_FAIL : PAINT_NONE);
	row->lost = unanswered;
}

static void row_queue(struct walk *walk, struct flow_row *row, const struct event *queued)
{
	const struct listener *listener = walk->source->listener;
	bool untold = listener && listener->accepts_untold;
	struct strbuf text strbuf_cleanup = STRBUF_INIT;

	strbuf_add(&text, "in the accept queue");
	if (queued && queued->arg.queue.known)
		strbuf_printf(&text, ", %u of %u", queued->arg.queue.depth,
			      queued->arg.queue.limit);
	row_mark(walk, row, FLOW_RIGHT, FLOW_MARK_NONE, strbuf_text(&text), PAINT_WAIT);
	row_lane(walk, row, FLOW_RIGHT, untold ? FLOW_LANE : FLOW_QUEUED);
}

/* A UNIX connect() puts the other end into the queue at once. */
static void row_unix_connect(struct walk *walk, struct flow_row *row, const struct event *event)
{
	const struct connection *connection = walk->source->connection;
	const struct event *queued = walk_take(walk, EVENT_ESTABLISHED, FLOW_RIGHT);

	walk->connected = true;
	row_arrow(walk, row, FLOW_LEFT, "", PAINT_NONE);
	if (queued || event->t_ns < connection->accepted_ns)
		row_queue(walk, row, queued);
}

void walk_connect(struct walk *walk, struct flow_row *row, const struct flow_step *step)
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
			row_syn(walk, row, step->lane, step->t_ns);
	} else if (connection->protocol == PROTOCOL_UNIX && !step->event->err &&
		   connection->type != TYPE_DGRAM) {
		row_unix_connect(walk, row, step->event);
	}
}

void walk_syn(struct walk *walk, struct flow_row *row, const struct flow_step *step)
{
	row_mark(walk, row, step->lane, FLOW_MARK_KERNEL,
		 walk->syn_shown ? "SYN again" : "connecting",
		 walk->syn_shown ? PAINT_WAIT : PAINT_NONE);
	row_lane(walk, row, step->lane, FLOW_WAITING);
	row_syn(walk, row, step->lane, step->t_ns);
}

/* The kernel tells that it sent a SYN again after that has arrived at a server here. */
void walk_drop(struct walk *walk, struct flow_row *row, const struct flow_step *step)
{
	if (step->event->arg.drop.path != DROP_ACK &&
	    take_same(walk, EVENT_SYN, FLOW_LEFT, step->t_ns, SAME_SEGMENT_NS))
		row_mark(walk, row, FLOW_LEFT, FLOW_MARK_KERNEL, "SYN again", PAINT_WAIT);
	row_dropped(walk, row, step->event);
}

void walk_established(struct walk *walk, struct flow_row *row, const struct flow_step *step)
{
	const struct event *queued = step->event;

	walk->connected = true;
	if (step->lane == FLOW_LEFT) {
		row_mark(walk, row, FLOW_LEFT, FLOW_MARK_KERNEL, "connected", PAINT_NONE);
		row_lane(walk, row, FLOW_LEFT, FLOW_LANE);
		queued = take_same(walk, EVENT_ESTABLISHED, FLOW_RIGHT, step->t_ns, SAME_ACK_NS);
		row_arrow(walk, row, FLOW_RIGHT, queued ? "SYN-ACK/ACK" : "SYN-ACK", PAINT_NONE);
		if (!queued)
			return;
		row->arrow = FLOW_ARROW_BOTH;
	} else {
		row_arrow(walk, row, FLOW_LEFT, lane_seen(walk, FLOW_LEFT) ? "ACK" : "SYN, ACK",
			  PAINT_NONE);
	}
	row_queue(walk, row, queued);
}

void walk_accept(struct walk *walk, struct flow_row *row, const struct flow_step *step)
{
	const struct connection *connection = walk->source->connection;

	row_call(walk, row, step);
	if (step->event->err || !connection)
		return;
	row_lane(walk, row, step->lane, FLOW_LANE);
	if (connection->accept_wait_ns != TIME_UNKNOWN)
		row_note_time(walk, row, step->lane, "waited ", connection->accept_wait_ns);
}

/* connect() comes back with what went wrong. */
void walk_return(struct walk *walk, const struct flow_step *step)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	struct flow_row *row = walk_row(walk, step->t_ns);

	if (!row)
		return;
	errno_print(step->event->err, &text);
	row_mark(walk, row, step->lane, FLOW_MARK_KERNEL, strbuf_text(&text), PAINT_FAIL);
	row_lane(walk, row, step->lane, FLOW_LANE);
	if (step->event->err == ECONNREFUSED)
		row_reset(walk, row, lane_other(step->lane));
}

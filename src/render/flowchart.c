/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns which events a flowchart holds, their order and its titles; the rows are
 * flowchart_rows', the drawing flowchart_text's and flowchart_svg's.
 */
#include "render/flowchart.h"

#include <errno.h>

#include "base/units.h"
#include "render/call.h"
#include "render/flowchart_order.h"
#include "render/flowchart_rows.h"
#include "render/sentence.h"

unsigned flowchart_room(const struct style *style)
{
	unsigned room = 33;

	if (style->width > 80)
		room += (style->width - 80) / 2;
	else if (style->width < 80)
		room -= (80 - style->width) / 2 < room - 12 ? (80 - style->width) / 2 : room - 12;
	return room;
}

const char *flowchart_string(const struct flowchart *chart, size_t text)
{
	return strbuf_text(&chart->texts) + text;
}

size_t flowchart_text_begin(struct flowchart *chart)
{
	return chart->texts.len;
}

void flowchart_text_end(struct flowchart *chart)
{
	strbuf_add_char(&chart->texts, '\0');
}

size_t flowchart_text_add(struct flowchart *chart, const char *text)
{
	size_t start = flowchart_text_begin(chart);

	strbuf_add(&chart->texts, text);
	flowchart_text_end(chart);
	return start;
}

void flowchart_release(struct flowchart *chart)
{
	vec_release(&chart->rows);
	strbuf_release(&chart->texts);
	*chart = (struct flowchart){0};
}

static void flowchart_init(struct flowchart *chart, unsigned lanes)
{
	*chart = (struct flowchart){.lanes = lanes};
	flowchart_text_end(chart); /* offset 0 is the empty text */
}

/* When an event takes its place: accept() and recv() when they returned, since what they
 * return may have come while they waited. */
static int64_t step_time(const struct event *event)
{
	bool waits = event->name == EVENT_ACCEPT ||
		     (event->name == EVENT_RECV && !event_is_run(event));

	return waits && !event->in_flight ? event_end_ns(event) : event->t_ns;
}

static int step_add(struct flow_source *source, enum flow_step_kind kind, unsigned lane,
		    int64_t t_ns, const struct event *event)
{
	return vec_push(&source->steps, ((struct flow_step){t_ns, kind, lane, event}));
}

/* accept() was there before the connection was. */
static bool accept_waited(const struct connection *connection, const struct event *event)
{
	if (event->name != EVENT_ACCEPT || event->err || connection->accepted_ns == TIME_UNKNOWN)
		return false;
	return event->in_flight || connection->accept_wait_ns == TIME_UNKNOWN ||
	       event->t_ns < connection->accepted_ns - connection->accept_wait_ns;
}

/* Its answer came over the network: a row of its own. */
static bool connect_failed_later(const struct connection *connection, const struct event *event)
{
	return event->name == EVENT_CONNECT && event->err && event->err != EINPROGRESS &&
	       connection->syns > 0;
}

/* What a call sent went out before the reset that answers it came, though it returned after. */
static int64_t sent_before_reset(const struct connection *connection, const struct event *sent)
{
	vec_each (event, &connection->events)
		if (event->name == EVENT_RESET && event->side == sent->side && !event->ret &&
		    event->t_ns <= sent->t_ns)
			return event->t_ns - 1;
	return sent->t_ns;
}

static int connection_steps(struct flow_source *source)
{
	const struct connection *connection = source->connection;

	vec_each (event, &connection->events) {
		unsigned lane = event->side == SIDE_SERVER ? FLOW_RIGHT : FLOW_LEFT;
		int64_t t_ns = event->name == EVENT_SEND && !event->err
				       ? sent_before_reset(connection, event)
				       : step_time(event);

		if (step_add(source, FLOW_STEP_EVENT, lane, t_ns, event))
			return -ENOMEM;
		if (accept_waited(connection, event) &&
		    step_add(source, FLOW_STEP_WAIT, lane,
			     event->in_flight ? INT64_MIN : event->t_ns, event))
			return -ENOMEM;
		if (connect_failed_later(connection, event) &&
		    step_add(source, FLOW_STEP_RETURN, lane, event->t_ns + event->duration_ns,
			     event))
			return -ENOMEM;
	}
	return 0;
}

/* Calls that made the server what it is, from before this connection. */
static int server_steps(struct flow_source *source, const struct events *events, unsigned lane)
{
	vec_each (event, events) {
		if (event->name != EVENT_SOCKET && event->name != EVENT_BIND &&
		    event->name != EVENT_LISTEN)
			continue;
		if (step_add(source, FLOW_STEP_EVENT, lane, event->t_ns, event))
			return -ENOMEM;
	}
	return 0;
}

/* A listener whose listen() was not seen: says so before everything else. */
static int listening_step(struct flow_source *source, unsigned lane)
{
	vec_each (event, &source->listener->events)
		if (event->name == EVENT_LISTEN && !event->err)
			return 0;
	return step_add(source, FLOW_STEP_LISTENING, lane, INT64_MIN, NULL);
}

/* Datagram sockets keep what they did before their first flow. */
static int end_steps(struct flow_source *source, const struct end *end, unsigned lane)
{
	if (!end->socket || source->listener || end->socket->type == TYPE_STREAM)
		return 0;
	return server_steps(source, &end->socket->events, lane);
}

/* The first thing that is this connection's alone. */
static void source_set_zero(struct flow_source *source)
{
	source->zero_ns = INT64_MAX;
	vec_each (step, &source->steps)
		if (step->kind == FLOW_STEP_EVENT && step->t_ns < source->zero_ns)
			source->zero_ns = step->t_ns;
}

static const struct process *end_process(const struct end *end, const struct listener *listener)
{
	if (end->process)
		return end->process;
	return listener && listener->owners.len ? listener->owners.items[0].process : NULL;
}

static size_t lane_title(struct flowchart *chart, const struct style *style, const char *role,
			 const struct end *end, const struct listener *listener)
{
	size_t start = flowchart_text_begin(chart);
	const struct process *process = end_process(end, listener);
	const char *comm = end->process && end->comm[0] ? end->comm
			   : process                    ? process_comm(process)
							: NULL;

	strbuf_add(&chart->texts, role);
	if (comm) {
		strbuf_add_char(&chart->texts, ' ');
		sentence_who(style, comm, process->pid, 0, &chart->texts);
	} else if (!end->seen) {
		strbuf_add(&chart->texts, " (not seen from here)");
	}
	flowchart_text_end(chart);
	return start;
}

static uint32_t pid_of(const struct process *process)
{
	return process ? process->pid : 0;
}

static void connection_titles(struct flowchart *chart, const struct style *style,
			      const struct connection *connection)
{
	bool pair = connection_is_pair(connection);

	chart->title = flowchart_text_begin(chart);
	strbuf_printf(&chart->texts, "#%llu %s ", (unsigned long long)connection->id,
		      protocol_text(connection->protocol));
	sentence_route(style, connection, false, &chart->texts);
	flowchart_text_end(chart);
	chart->summary = flowchart_text_begin(chart);
	sentence_outcome(style, connection, &chart->texts);
	strbuf_add(&chart->texts, "   ");
	if (connection->turned_away && connection->outcome != OUTCOME_DROPPED &&
	    connection->established_ns != TIME_UNKNOWN) {
		sentence_retries(style, connection, &chart->texts);
		strbuf_add(&chart->texts, "   ");
	}
	sentence_bytes(style, connection, &chart->texts);
	flowchart_text_end(chart);
	chart->summary_paint = connection_failed(connection) ? PAINT_FAIL : PAINT_NONE;
	chart->lane_title[FLOW_LEFT] =
		lane_title(chart, style, pair ? "one end" : "client", &connection->client, NULL);
	chart->lane_title[FLOW_RIGHT] = lane_title(chart, style, pair ? "other end" : "server",
						   &connection->server, connection->listener);
}

/* Steps are complete: sorts them, makes the rows, gives the steps back. */
static int flowchart_finish(struct flow_source *source, struct flowchart *chart, int error)
{
	if (!error)
		error = flowchart_order(&source->steps);
	if (!error)
		error = flowchart_add_rows(source, chart);
	if (!error)
		error = chart->texts.error;
	vec_release(&source->steps);
	if (error)
		flowchart_release(chart);
	return error;
}

int flowchart_of_connection(const struct style *style, const struct connection *connection,
			    struct flowchart *chart)
{
	struct flow_source source = {
		.style = style, .connection = connection, .listener = connection->listener};
	int error;

	source.lane_pid[FLOW_LEFT] = pid_of(end_process(&connection->client, NULL));
	source.lane_pid[FLOW_RIGHT] =
		pid_of(end_process(&connection->server, connection->listener));
	flowchart_init(chart, FLOW_LANES);
	connection_titles(chart, style, connection);
	error = source.listener ? listening_step(&source, FLOW_RIGHT) : 0;
	if (!error)
		error = connection_steps(&source);
	source_set_zero(&source);
	if (!error && source.listener)
		error = server_steps(&source, &source.listener->events, FLOW_RIGHT);
	if (!error)
		error = end_steps(&source, &connection->server, FLOW_RIGHT);
	if (!error)
		error = end_steps(&source, &connection->client, FLOW_LEFT);
	if (!error && connection->outcome == OUTCOME_OPEN)
		error = step_add(&source, FLOW_STEP_OPEN, FLOW_LEFT, INT64_MAX, NULL);
	return flowchart_finish(&source, chart, error);
}

static void lone_titles(struct flowchart *chart, const struct style *style, enum protocol protocol,
			const struct address *address, const struct process *process)
{
	chart->title = flowchart_text_begin(chart);
	strbuf_add(&chart->texts, protocol_text(protocol));
	if (address->family != FAMILY_NONE) {
		strbuf_add_char(&chart->texts, ' ');
		style_address(style, address, &chart->texts);
	}
	flowchart_text_end(chart);
	if (!process)
		return;
	chart->lane_title[FLOW_LEFT] = flowchart_text_begin(chart);
	sentence_who(style, process_comm(process), process->pid, 0, &chart->texts);
	flowchart_text_end(chart);
}

/* The last call that failed for good says what became of the socket. NULL: none did. */
static const struct event *socket_failure(const struct socket *socket)
{
	const struct event *failed = NULL;

	vec_each (event, &socket->events)
		if (event->err && event->err != EAGAIN && event->err != EINPROGRESS)
			failed = event;
	return failed;
}

static void socket_summary(struct flowchart *chart, const struct event *failed)
{
	if (!failed) {
		chart->summary = flowchart_text_add(chart, "no connection");
		return;
	}
	chart->summary = flowchart_text_begin(chart);
	strbuf_printf(&chart->texts, "%s() failed: ", event_name_text(failed->name));
	errno_print(failed->err, &chart->texts);
	flowchart_text_end(chart);
	chart->summary_paint = PAINT_FAIL;
}

static int lone_steps(struct flow_source *source, const struct events *events, bool open)
{
	vec_each (event, events)
		if (step_add(source, FLOW_STEP_EVENT, FLOW_LEFT, event->t_ns, event))
			return -ENOMEM;
	source_set_zero(source);
	return open ? step_add(source, FLOW_STEP_OPEN, FLOW_LEFT, INT64_MAX, NULL) : 0;
}

int flowchart_of_socket(const struct style *style, const struct socket *socket,
			struct flowchart *chart)
{
	struct flow_source source = {.style = style, .lane_pid = {pid_of(socket->process)}};
	const struct event *failed = socket_failure(socket);
	const struct address *address = &socket->local;

	/* the address it did not get */
	if (failed && (failed->name == EVENT_BIND || failed->name == EVENT_CONNECT))
		address = &failed->arg.name.address;
	flowchart_init(chart, 1);
	lone_titles(chart, style, socket->protocol, address, socket->process);
	socket_summary(chart, failed);
	return flowchart_finish(&source, chart, lone_steps(&source, &socket->events, socket->open));
}

int flowchart_of_listener(const struct style *style, const struct listener *listener,
			  struct flowchart *chart)
{
	const struct process *process =
		listener->owners.len ? listener->owners.items[0].process : NULL;
	struct flow_source source = {
		.style = style, .listener = listener, .lane_pid = {pid_of(process)}};
	const struct event *waits = &listener->waiting_accept;
	int error;

	flowchart_init(chart, 1);
	lone_titles(chart, style, listener->protocol, &listener->address, process);
	chart->summary = flowchart_text_begin(chart);
	if (listener_limit_known(listener)) {
		strbuf_add(&chart->texts, "backlog ");
		units_decimal(&chart->texts, listener->effective);
		strbuf_add(&chart->texts, "   ");
	}
	if (!listener->accepts_untold) {
		units_count(&chart->texts, listener->accepted);
		strbuf_add(&chart->texts, " accepted");
	}
	flowchart_text_end(chart);
	error = listening_step(&source, FLOW_LEFT);
	if (!error && waits->count)
		error = step_add(&source, FLOW_STEP_WAIT, FLOW_LEFT,
				 waits->in_flight ? INT64_MIN : waits->t_ns, waits);
	if (!error)
		error = lone_steps(&source, &listener->events, listener->closed_ns == TIME_UNKNOWN);
	return flowchart_finish(&source, chart, error);
}

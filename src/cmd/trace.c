/* SPDX-License-Identifier: BSD-2-Clause
 *
 * socktrace TARGET: a line per event while it runs, the drawings at its end, or with -c
 * the summary of calls; and the files of -o beside.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "cmd/cmd.h"
#include "cmd/diagnosis.h"
#include "cmd/feed.h"
#include "cmd/keep.h"
#include "cmd/lines.h"
#include "cmd/outputs.h"
#include "cmd/report.h"
#include "cmd/session.h"
#include "cmd/stop.h"
#include "cmd/writer.h"
#include "render/live_turns.h"

#define MAX_LINES_BYTES (1 << 20) /* written at once when there are more */
/* So much may wait to be written before lines are left out. At the end it is waited for. */
#define TERMINAL_BACKLOG (1 << 20)
#define BACKLOG (16 << 20)
#define LIVE_EVENTS_MAX 256 /* of a connection, where only the drawings are wanted of them */

struct trace {
	const struct options *options;
	struct model *model;
	bool begun; /* outputs are open, or could not be */
	struct outputs outputs;
	struct diagnosis diagnosis;
	struct keep keep;
	struct live live;
	struct live_turns turns;
	struct lines lines; /* not yet handed to the writer */
	struct writer *writer; /* NULL: there was nothing to write so far */
	size_t backlog_max;
	bool lines_wanted; /* of events */
	struct call_stats *calls; /* -c: instead of lines and drawings; else NULL */
	int error; /* of standard output, said */
};

static void begin_line(void *context, int64_t t_ns, struct strbuf *out)
{
	live_since(context, t_ns, out);
}

static void print_event(struct trace *trace, const struct event *event, const struct socket *socket,
			const struct listener *listener, const struct connection *connection)
{
	live_line(&trace->live, &trace->model->capture, event, socket, listener, connection,
		  &trace->lines.text);
	lines_end(&trace->lines, event_end_ns(event));
}

static void print_turn(struct trace *trace, const struct live_turn *turn)
{
	const struct connection *connection = turn->connection;
	const struct end *end =
		turn->event.side == SIDE_SERVER ? &connection->server : &connection->client;

	print_event(trace, &turn->event, end->socket, NULL, connection);
}

static void print_turns(struct trace *trace, const struct connection *connection)
{
	struct live_turn turn;

	while (live_turns_take(&trace->turns, connection, &turn))
		print_turn(trace, &turn);
}

static void print_quiet_turns(struct trace *trace, int64_t now_ns)
{
	struct live_turn turn;
	size_t cursor = 0;

	while (live_turns_quiet(&trace->turns, now_ns, &cursor, &turn))
		print_turn(trace, &turn);
}

/* Its line, unless it is held back; before it what it lets go. */
static void print_line(struct trace *trace, const struct event *event, const struct socket *socket,
		       const struct listener *listener, const struct connection *connection)
{
	struct live_turn turn;

	while (connection && live_turns_before(&trace->turns, event, connection, &turn))
		print_turn(trace, &turn);
	if (!connection || !event_moved(event) ||
	    live_turns_show(&trace->turns, event, connection))
		print_event(trace, event, socket, listener, connection);
}

static void on_event(void *context, const struct event *event, const struct socket *socket,
		     const struct listener *listener, const struct connection *connection)
{
	struct trace *trace = context;

	if (trace->lines_wanted)
		print_line(trace, event, socket, listener, connection);
	if (trace->calls)
		call_stats_add(trace->calls, event, socket);
	outputs_event(&trace->outputs, event, socket, listener, connection);
}

static bool on_retire(void *context, struct connection *connection)
{
	struct trace *trace = context;

	print_turns(trace, connection);
	outputs_connection(&trace->outputs, connection);
	return keep_connection(&trace->keep, trace->model, connection);
}

static void on_merge(void *context, const struct connection *connection)
{
	print_turns(context, connection);
}

static bool on_retire_socket(void *context, struct socket *socket)
{
	struct trace *trace = context;

	outputs_socket(&trace->outputs, socket);
	return keep_socket(&trace->keep, socket);
}

static void on_process(void *context, const struct process *process)
{
	outputs_process(&((struct trace *)context)->outputs, process);
}

static void on_listener(void *context, const struct listener *listener)
{
	outputs_listener(&((struct trace *)context)->outputs, listener);
}

/* The writer starts late: with no more privileges than are kept. */
static int hand_on_lines(struct trace *trace)
{
	const struct strbuf *text = lines_ordered(&trace->lines);
	int r = text->error;

	if (!r && text->len && !trace->writer)
		r = writer_new(STDOUT_FILENO, &trace->writer);
	if (!r && trace->writer)
		r = writer_put(trace->writer, strbuf_text(text), text->len);
	lines_forget(&trace->lines);
	return r;
}

/* Of lines that come faster than they are read some are left out, of events none is lost. */
static void keep_pace(struct trace *trace)
{
	size_t backlog = trace->writer ? writer_backlog(trace->writer) : 0;

	if (backlog > trace->backlog_max) {
		live_pause(&trace->live);
	} else if (backlog <= trace->backlog_max / 2) {
		live_resume(&trace->live, &trace->model->capture, &trace->lines.text);
		lines_end(&trace->lines, INT64_MAX);
	}
}

static void flush_lines(struct trace *trace)
{
	if (trace->error)
		return;
	trace->error = hand_on_lines(trace);
	if (trace->error)
		log_err("cannot write to standard output (%s): stopping", strerror(-trace->error));
	keep_pace(trace);
}

/* Where one thing cannot be written any more, the trace ends in order: what else there is of it
 * gets its end. */
static void stop_if_failed(const struct trace *trace)
{
	if (trace->error || trace->outputs.error)
		stop();
}

/* When there is something to write, not before: a file that is there is not emptied for a trace
 * that cannot begin. */
static int begin_outputs(struct trace *trace)
{
	int r = outputs_open(&trace->outputs, trace->options, trace->model);

	trace->begun = true;
	trace->keep.all = outputs_need_all(&trace->outputs);
	if (!trace->keep.all)
		trace->model->connection_events_max = LIVE_EVENTS_MAX;
	return r;
}

static int on_record(void *context, const void *record, size_t size)
{
	struct trace *trace = context;
	int r = trace->begun ? 0 : begin_outputs(trace);

	if (r)
		return r;
	outputs_record(&trace->outputs, record, size);
	r = feed_record(trace->model, record, size);
	if (!r && trace->lines.text.len > MAX_LINES_BYTES)
		flush_lines(trace);
	stop_if_failed(trace);
	return r;
}

static int on_tick(void *context, int64_t now_ns)
{
	struct trace *trace = context;
	int r;

	print_quiet_turns(trace, now_ns);
	r = diagnosis_tick(&trace->diagnosis, now_ns, &trace->outputs,
			   trace->options->json || trace->calls ? NULL : &trace->lines.text);
	lines_end(&trace->lines, INT64_MAX); /* after the events so far */
	flush_lines(trace);
	outputs_tick(&trace->outputs, now_ns);
	stop_if_failed(trace);
	return r;
}

static int trace_open(struct trace *trace, const struct options *options)
{
	struct model_watch watch = {.context = trace,
				    .event = on_event,
				    .retire = on_retire,
				    .merge = on_merge,
				    .retire_socket = on_retire_socket,
				    .process = on_process,
				    .listener = on_listener};
	struct style style;
	int r = model_new(&trace->model, &watch);

	if (r)
		return r;
	trace->options = options;
	trace->lines_wanted = !options->quiet && !options->count && !options->json &&
			      options->command == COMMAND_TRACE;
	if (options->count && !(trace->calls = calloc(1, sizeof(*trace->calls))))
		return -ENOMEM;
	diagnosis_init(&trace->diagnosis, options, trace->model);
	style_init(&style, STDOUT_FILENO, options->color, options->ascii);
	live_init(&trace->live, &style, &options->live);
	trace->backlog_max = isatty(STDOUT_FILENO) ? TERMINAL_BACKLOG : BACKLOG;
	if (options->live.relative)
		trace->lines.begin = begin_line;
	trace->lines.context = &trace->live;
	return 0;
}

/* The drawings, for a trace, and the verdicts. */
static int write_end(struct trace *trace)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	bool diagnose = trace->options->command == COMMAND_DIAGNOSE;
	int r = diagnosis_report(&trace->diagnosis, diagnose, &text);
	int drawn;

	if (r || trace->options->json || trace->error)
		return r;
	if (trace->calls)
		return report_calls(trace->options, trace->calls, trace->model, stdout);
	if (trace->lines_wanted)
		putchar('\n');
	drawn = diagnose ? 0 : report_write(trace->options, trace->model, stdout);
	if (text.len && !diagnose)
		putchar('\n');
	if (fwrite(strbuf_text(&text), 1, text.len, stdout) != text.len || fflush(stdout))
		r = -errno;
	return drawn ? drawn : r;
}

/* What would have had its line when it returned. */
static void print_waiting(struct trace *trace)
{
	if (!trace->lines_wanted)
		return;
	vec_each (at, &trace->model->listeners)
		if ((*at)->waiting_accept.count)
			print_event(trace, &(*at)->waiting_accept, (*at)->socket, *at, NULL);
}

/* Whatever ended the trace, what was seen is written. */
static int trace_finish(struct trace *trace)
{
	int r;

	model_finish(trace->model);
	print_turns(trace, NULL);
	print_waiting(trace);
	live_end(&trace->live, &trace->model->capture, &trace->lines.text);
	lines_end(&trace->lines, trace->model->capture.duration_ns);
	flush_lines(trace);
	r = writer_free(&trace->writer);
	if (!trace->error) {
		trace->error = r ? r : write_end(trace);
		if (trace->error && trace->error != -ENOENT)
			log_err("cannot write to standard output: %s", strerror(-trace->error));
	}
	r = outputs_finish(&trace->outputs);
	return trace->error ? trace->error : r;
}

int cmd_trace(const struct options *options)
{
	struct trace trace = {0};
	struct session session = {0};
	int r = trace_open(&trace, options);

	if (!r)
		r = session_open(&session, options, on_record, &trace);
	if (!r) {
		int finished;

		r = session_run(&session, on_tick, &trace);
		finished = trace_finish(&trace);
		r = r ? r : finished;
	}
	r = session_status(&session, r);
	if (!r)
		r = diagnosis_status(&trace.diagnosis);
	session_close(&session);
	outputs_release(&trace.outputs);
	model_free(&trace.model);
	lines_release(&trace.lines);
	live_turns_release(&trace.turns);
	free(trace.calls);
	return r;
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the columns of the live trace and which events are worth a line; the
 * wording of calls and connections is call's and sentence's.
 */
#include "render/live.h"

#include <errno.h>
#include <string.h>

#include "base/units.h"
#include "render/call.h"
#include "render/fd.h"
#include "render/live_note.h"
#include "render/sentence.h"
#include "render/subject.h"
#include "render/text.h"

#define NS_PER_S 1000000000LL

void live_init(struct live *live, const struct style *style, const struct live_options *options)
{
	memset(live, 0, sizeof(*live));
	live->style = *style;
	live->options = *options;
	live->last_ns = TIME_UNKNOWN;
}

static bool has_time(const struct live *live)
{
	return live->style.width >= 60;
}

void live_since(struct live *live, int64_t t_ns, struct strbuf *out)
{
	int64_t since_ns = live->last_ns == TIME_UNKNOWN ? 0 : t_ns - live->last_ns;
	size_t start;

	if (!live->options.relative || !has_time(live))
		return;
	style_paint(&live->style, PAINT_DIM, out);
	start = out->len;
	/* a run of data ends before the record that tells of it: the line may be behind */
	if (since_ns >= 0)
		strbuf_add_char(out, '+');
	style_time(&live->style, false, since_ns, out);
	text_pad(out, start, 9);
	style_paint(&live->style, PAINT_NONE, out);
	live->last_ns = t_ns;
}

static void live_time(struct live *live, const struct capture *capture, int64_t t_ns,
		      struct strbuf *out)
{
	if (live->options.relative || !has_time(live))
		return;
	style_paint(&live->style, PAINT_DIM, out);
	live_clock_print(&live->clock, capture->started_at_ns + t_ns, out);
	style_paint(&live->style, PAINT_NONE, out);
}

static const struct end *subject_end(const struct subject *subject)
{
	if (!subject->connection || subject->event->side == SIDE_NONE)
		return NULL;
	return subject->event->side == SIDE_SERVER ? &subject->connection->server
						   : &subject->connection->client;
}

/* The command name of who made the call. */
static const char *subject_comm(const struct subject *subject)
{
	const struct end *end = subject_end(subject);
	uint32_t pid = subject->event->pid;

	if (end && end->process && end->process->pid == pid)
		return process_comm(end->process);
	if (subject->socket && subject->socket->process && subject->socket->process->pid == pid)
		return process_comm(subject->socket->process);
	if (subject->listener)
		vec_each (owner, &subject->listener->owners)
			if (owner->process && owner->process->pid == pid)
				return process_comm(owner->process);
	return end && end->comm[0] ? end->comm : "?";
}

static void who_pad(const struct live *live, size_t start, struct strbuf *out)
{
	unsigned width = live->style.width;

	if (width >= 80)
		text_pad(out, start, width >= 100 ? 20 : 13);
}

static void caller_name(const struct live *live, const struct event *event, const char *comm,
			struct strbuf *out)
{
	size_t start = out->len;

	sentence_who(&live->style, comm, event->pid, live->style.width >= 100 ? event->tid : 0,
		     out);
	who_pad(live, start, out);
}

/* The same few threads make most calls. */
static void live_caller(struct live *live, const struct subject *subject, struct strbuf *out)
{
	const struct event *event = subject->event;
	struct live_caller *caller = &live->callers[event->tid % LIVE_CALLERS];
	const char *comm = subject_comm(subject);
	size_t start = out->len, len = strlen(comm);

	if (caller->len && caller->pid == event->pid && caller->tid == event->tid &&
	    !strcmp(caller->comm, comm)) {
		strbuf_append(out, caller->text, caller->len);
		return;
	}
	caller_name(live, event, comm, out);
	caller->len = 0;
	if (len >= sizeof(caller->comm) || out->len - start > sizeof(caller->text))
		return;
	caller->pid = event->pid;
	caller->tid = event->tid;
	caller->len = out->len - start;
	memcpy(caller->comm, comm, len + 1);
	memcpy(caller->text, strbuf_text(out) + start, caller->len);
}

static void live_who(struct live *live, const struct subject *subject, struct strbuf *out)
{
	size_t start = out->len;

	if (subject->event->pid) {
		live_caller(live, subject, out);
	} else {
		style_paint(&live->style, PAINT_DIM, out);
		strbuf_add(out, "(kernel)");
		style_paint(&live->style, PAINT_NONE, out);
		who_pad(live, start, out);
	}
	strbuf_add_char(out, ' ');
}

/* A connect() that returned before the handshake was done: its end is news. */
static bool connect_pending(const struct connection *connection)
{
	vec_each (event, &connection->events)
		if (event->name == EVENT_CONNECT && event->err == EINPROGRESS)
			return true;
	return false;
}

/* A reset in answer to a SYN: a blocking connect() will say so itself. */
static bool refuses(const struct subject *subject)
{
	return subject->connection && subject->event->side == SIDE_CLIENT && !subject->event->ret &&
	       subject->connection->syn_ns != TIME_UNKNOWN &&
	       subject->connection->established_ns == TIME_UNKNOWN;
}

/* What the kernel did, where it explains what programs see; else NULL. */
static const char *kernel_text(const struct subject *subject)
{
	const struct connection *connection = subject->connection;
	const struct event *event = subject->event;

	switch (event->name) {
	case EVENT_SYN:
		/* of one that was dropped here the drop has a line */
		return connection && connection->syns > 1 && !connection->turned_away ? "SYN again"
										      : NULL;
	case EVENT_RETRANSMIT:
		return "retransmit";
	case EVENT_SYNACK_RETRANSMIT:
		return "SYN-ACK again";
	case EVENT_ESTABLISHED:
		return event->side == SIDE_CLIENT && connection && connect_pending(connection)
			       ? "connected"
			       : NULL;
	case EVENT_FIN:
		return "the other side closed";
	case EVENT_RESET:
		if (refuses(subject))
			return connect_pending(connection) ? "refused" : NULL;
		return event->ret ? "reset sent" : "reset received";
	default:
		return NULL;
	}
}

/* Whether it has a line: all but what the kernel did where that explains nothing. */
static bool is_news(struct live *live, const struct capture *capture, const struct subject *subject)
{
	const struct event *event = subject->event;

	/* an end without a close() belongs to who asked for close() */
	if (event->name == EVENT_CLOSE && capture_left_out(capture, ST_CALL_CLOSE))
		return false;
	if (event->name == EVENT_DROP)
		return live_drops_show(&live->drops, event->t_ns);
	return event_is_call(event->name) || kernel_text(subject);
}

static enum paint event_paint(const struct event *event)
{
	switch (event->name) {
	case EVENT_SYN:
	case EVENT_RETRANSMIT:
	case EVENT_SYNACK_RETRANSMIT:
		return PAINT_WAIT;
	case EVENT_FIN:
		return PAINT_DIM;
	case EVENT_RESET:
	case EVENT_DROP:
		return PAINT_FAIL;
	default:
		if (!event->err)
			return PAINT_NONE;
		return errno_ordinary(event->err) ? PAINT_DIM : PAINT_FAIL;
	}
}

/* With what its fds are. */
static void live_call_fds(const struct live *live, const struct subject *subject, unsigned flags,
			  struct strbuf *out)
{
	struct strbuf argument strbuf_cleanup = STRBUF_INIT, result strbuf_cleanup = STRBUF_INIT;
	unsigned width = live->style.width;

	/* the address of a connect() stands in the note */
	if (subject->connection && subject->event->name == EVENT_CONNECT)
		flags &= ~CALL_FULL;
	fd_argument(&live->style, subject, width < 120, &argument);
	fd_result(&live->style, subject, width < 120, &result);
	call_print_noted(&live->style, subject->event, flags, strbuf_text(&argument),
			 strbuf_text(&result), out);
}

static void live_call(const struct live *live, const struct subject *subject, struct strbuf *out)
{
	unsigned flags = CALL_ZERO | (live->style.width >= 120 ? CALL_FULL : 0);

	if (live->options.fds)
		live_call_fds(live, subject, flags, out);
	else
		call_print(&live->style, subject->event, flags, out);
}

/* The call or act of the kernel. */
static void live_what(const struct live *live, const struct subject *subject, struct strbuf *out)
{
	enum paint paint = event_paint(subject->event);
	const char *text = kernel_text(subject);

	if (paint != PAINT_NONE)
		style_paint(&live->style, paint, out);
	if (text)
		strbuf_add(out, text);
	else if (subject->event->name == EVENT_DROP)
		sentence_drop(subject->event, live->style.width >= 100, out);
	else
		live_call(live, subject, out);
	if (paint != PAINT_NONE)
		style_paint(&live->style, PAINT_NONE, out);
}

/* The duration of what is on the line, TIME_UNKNOWN where it tells nothing. */
static int64_t live_duration(const struct live *live, const struct subject *subject)
{
	const struct event *event = subject->event;

	if (event->name == EVENT_ESTABLISHED)
		return subject->connection->connect_ns;
	if (!event_is_call(event->name) || event->in_flight || live->style.width < 80)
		return TIME_UNKNOWN;
	if (event->name == EVENT_CLOSE && event->fd < 0)
		return TIME_UNKNOWN; /* no call was seen */
	/* of a run: from its first call to its last */
	if (event_is_run(event) && event->count < 2)
		return TIME_UNKNOWN;
	if (event_is_data(event->name) && !event_is_run(event))
		return event->duration_ns;
	if (live->options.fds && !live->options.durations && live->style.width < 100 &&
	    event->name == EVENT_ACCEPT)
		return TIME_UNKNOWN;
	if (live->options.durations || event->name == EVENT_CONNECT ||
	    event->name == EVENT_ACCEPT || event->duration_ns >= LONG_CALL_NS)
		return event->duration_ns;
	return TIME_UNKNOWN;
}

/* Of call and duration, in columns; what the kernel did has no fds and needs less. */
static unsigned live_column(const struct live *live, const struct event *event)
{
	bool fds = live->options.fds && event_is_call(event->name);

	if (live->style.width < 80)
		return 0;
	if (live->style.width < 100)
		return fds ? 37 : 22;
	return fds ? 46 : 32;
}

/* Call and duration share a column: the one from the left, the other from the right. */
static void live_pad_duration(const struct live *live, unsigned column, int64_t duration_ns,
			      size_t start, struct strbuf *out)
{
	size_t used = text_width(strbuf_text(out) + start, out->len - start);

	if (duration_ns != TIME_UNKNOWN) {
		strbuf_add_char(out, ' ');
		start = out->len;
		style_time(&live->style, false, duration_ns, out);
		text_pad_left(out, start, column > used + 1 ? column - used - 1 : 0);
	} else if (column > used) {
		strbuf_add_blanks(out, column - used);
	}
	strbuf_add_char(out, ' ');
}

/* The drops without a line of their own, once their second is over. */
static void live_held(struct live *live, const struct capture *capture, uint64_t held,
		      struct strbuf *out)
{
	int64_t end_ns = (live->drops.second + 1) * NS_PER_S, now_ns = capture->duration_ns;
	struct event event = {.name = EVENT_DROP};
	struct subject subject = {.event = &event};

	live_time(live, capture, end_ns < now_ns ? end_ns : now_ns, out);
	live_who(live, &subject, out);
	style_paint(&live->style, PAINT_FAIL, out);
	units_count(out, held);
	strbuf_add(out, " more dropped");
	style_paint(&live->style, PAINT_NONE, out);
	text_end_line(out);
}

void live_pause(struct live *live)
{
	live->paused = true;
}

void live_resume(struct live *live, const struct capture *capture, struct strbuf *out)
{
	live->paused = false;
	if (!live->left_out)
		return;
	live_time(live, capture, capture->duration_ns, out);
	style_paint(&live->style, PAINT_WAIT, out);
	units_count(out, live->left_out);
	strbuf_add(out, live->left_out == 1 ? " line" : " lines");
	strbuf_add(out, " left out: they came faster than they are read");
	style_paint(&live->style, PAINT_NONE, out);
	text_end_line(out);
	live->left_out = 0;
}

void live_end(struct live *live, const struct capture *capture, struct strbuf *out)
{
	uint64_t held = live_drops_held(&live->drops, INT64_MAX);

	live_resume(live, capture, out);
	if (held)
		live_held(live, capture, held, out);
}

void live_line(struct live *live, const struct capture *capture, const struct event *event,
	       const struct socket *socket, const struct listener *listener,
	       const struct connection *connection, struct strbuf *out)
{
	const struct subject subject = {event, socket, listener, connection};
	uint64_t held = live_drops_held(&live->drops, event->t_ns);
	size_t start;

	if (held)
		live_held(live, capture, held, out);
	if (!is_news(live, capture, &subject))
		return;
	if (live->paused) {
		live->left_out++;
		return;
	}
	live_time(live, capture, event_end_ns(event), out); /* a line is due when it is over */
	live_who(live, &subject, out);
	start = out->len;
	live_what(live, &subject, out);
	live_pad_duration(live, live_column(live, event), live_duration(live, &subject), start,
			  out);
	live_note(live, &subject, out);
	text_end_line(out);
}

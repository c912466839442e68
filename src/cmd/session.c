/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the source and the command during a capture; knows nothing of records.
 */
#include "cmd/session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "capture/privileges.h"
#include "capture/proc.h"
#include "cmd/cmd.h"
#include "cmd/detach.h"
#include "cmd/stop.h"
#include "render/escape.h"

#define POLL_MS 40
#define LAST_WORDS_NS 300000000

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* What nobody but the kernel's own programs can see is said before anything is. */
static int open_unprivileged(struct session *session, source_sink *sink, void *context)
{
	const struct source_options *options = &session->options->source;
	int r = unprivileged_open(options, sink, context, &session->unprivileged);

	if (r)
		return r;
	log_warn("no privilege to load BPF programs: queue depths and the kernel's counters are "
		 "all that is seen, ten times a second; as root, or with CAP_BPF, CAP_PERFMON, "
		 "CAP_NET_ADMIN and CAP_SYS_PTRACE, also who is turned away, and why");
	if (unprivileged_hidden(session->unprivileged))
		log_warn("processes of other users and other network namespaces are hidden");
	return 0;
}

static bool can_do_without_bpf(const struct options *options)
{
	return (options->command == COMMAND_DIAGNOSE || options->command == COMMAND_SURVEY) &&
	       !options->run;
}

/* In a PID namespace of its own (a container) a process has another number than the one the
 * kernel's programs see: it would be looked for in vain. */
static int check_process_numbers(const struct options *options)
{
	if (proc_numbers_are_the_hosts())
		return 0;
	if (options->run || options->source.pids.len)
		return log_err_r(-ENOTSUP, "this is a PID namespace of its own, such as a "
					   "container's, and BPF programs see the host's process "
					   "numbers: run socktrace on the host, or in a container "
					   "that shares them (--pid=host)");
	log_warn("process numbers are the host's, not those of this PID namespace");
	return 0;
}

static int open_source(struct session *session, source_sink *sink, void *context)
{
	const struct options *options = session->options;
	struct source_options source = options->source;
	int r;

	source.unhurried = options->command == COMMAND_RECORD;
	if (can_do_without_bpf(options) && !privileges_can_trace())
		return open_unprivileged(session, sink, context);
	r = check_process_numbers(options);
	if (!r)
		r = source_open(&source, sink, context, &session->source);
	if (!r && session->child.pid)
		r = source_add_target(session->source, session->child.pid);
	return r ? r : source_snapshot(session->source);
}

/* One line, whatever the command is: a script of many lines, say. */
static void say_attached(const struct options *options)
{
	struct strbuf target strbuf_cleanup = STRBUF_INIT;

	if (options->command == COMMAND_SURVEY)
		strbuf_add(&target, "every listener");
	else
		escape_terminal(&target, options->text, strlen(options->text), false);
	fprintf(stderr, "socktrace: attached to %s (Ctrl-C ends)\n", strbuf_text(&target));
}

int session_open(struct session *session, const struct options *options, source_sink *sink,
		 void *context)
{
	int r = 0;

	*session = (struct session){.options = options};
	stop_on_signals();
	if (options->run)
		r = child_start(&session->child, options->run, options->user);
	if (!r)
		r = open_source(session, sink, context);
	if (!r && session->child.pid && stop_requested())
		r = log_err_r(-EINTR, "interrupted: %s was not started", options->run[0]);
	if (!r && session->child.pid)
		r = session->run_error = child_go(&session->child, options->run);
	if (r)
		return r;
	say_attached(options);
	if (options->duration_ns)
		session->deadline_ns = now_ns() + options->duration_ns;
	return 0;
}

/* A terminal's Ctrl-C goes to the command as well: what it does then is worth seeing, and its
 * status too. */
static bool waits_for_child(struct session *session, int64_t now)
{
	if (!session->stopped_ns)
		session->stopped_ns = now;
	return session->child.pid && !session->child.ended &&
	       now - session->stopped_ns < LAST_WORDS_NS;
}

static bool session_over(struct session *session, int64_t now)
{
	child_ended(&session->child); /* reaps it, so that it is gone for good */
	if (stop_requested() && !waits_for_child(session, now))
		return true;
	if (session->deadline_ns && now >= session->deadline_ns)
		return true;
	if (session->child.pid && !session->child.ended)
		return false; /* no target any more a moment before it has a status */
	return !(session->source ? source_has_targets(session->source)
				 : unprivileged_has_targets(session->unprivileged));
}

static int poll_source(struct session *session, int timeout_ms)
{
	return session->source ? source_poll(session->source, timeout_ms)
			       : unprivileged_poll(session->unprivileged, timeout_ms);
}

int session_run(struct session *session, int (*tick)(void *context, int64_t now_ns), void *context)
{
	bool over = false;
	int r = 0;

	while (!r && !over) {
		/* Asked before the last look at the ring: what came until then is in it. */
		over = session_over(session, now_ns());
		r = poll_source(session, over ? 0 : POLL_MS);
		if (!r)
			r = tick(context, now_ns());
	}
	if (r)
		return r;
	return session->source ? source_finish(session->source)
			       : unprivileged_finish(session->unprivileged);
}

int session_status(const struct session *session, int r)
{
	if (session->run_error)
		return session->run_error == -ENOENT ? 127 : 126;
	if (r)
		return STATUS_FAILED;
	return session->child.pid && session->child.ended ? child_status(&session->child)
							  : STATUS_OK;
}

static void free_source(void *source)
{
	struct source *own = source;

	source_free(&own);
}

void session_close(struct session *session)
{
	child_release(&session->child);
	if (session->source)
		detach_aside(free_source, session->source);
	unprivileged_free(&session->unprivileged);
}

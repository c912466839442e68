/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the source and the command during a capture; knows nothing of records.
 */
#include "cmd/session.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/stop.h"

#define POLL_MS 40

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
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
		r = source_open(&options->source, sink, context, &session->source);
	if (!r && session->child.pid)
		r = source_add_target(session->source, session->child.pid);
	if (!r)
		r = source_snapshot(session->source);
	if (!r && session->child.pid)
		r = session->run_error = child_go(&session->child, options->run);
	if (r)
		return r;
	fprintf(stderr, "socktrace: attached to %s (Ctrl-C ends)\n", options->text);
	if (options->duration_ns)
		session->deadline_ns = now_ns() + options->duration_ns;
	return 0;
}

static bool session_over(struct session *session, int64_t now)
{
	if (stop_requested() || (session->deadline_ns && now >= session->deadline_ns))
		return true;
	child_ended(&session->child); /* reaps it, so that it is gone for good */
	return !source_has_targets(session->source);
}

int session_run(struct session *session, int (*tick)(void *context, int64_t now_ns), void *context)
{
	bool over = false;
	int r = 0;

	while (!r && !over) {
		/* Asked before the last look at the ring: what came until then is in it. */
		over = session_over(session, now_ns());
		r = source_poll(session->source, over ? 0 : POLL_MS);
		if (!r)
			r = tick(context, now_ns());
	}
	return r ? r : source_finish(session->source);
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

/* Detaching takes the kernel more than a second: it lets every CPU pass by for each
 * tracepoint. Nobody need wait for it: a process of its own holds the probes until
 * they are gone, and the prompt comes back now. */
static void detach_aside(struct source **source)
{
	pid_t pid = fork();

	if (pid < 0)
		source_free(source);
	if (pid)
		return; /* our own references end with us */
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		close(fd);
	source_free(source);
	_exit(0);
}

void session_close(struct session *session)
{
	child_release(&session->child);
	if (session->source)
		detach_aside(&session->source);
}

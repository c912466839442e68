/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A live capture from attaching to its end, for trace, record and diagnose: the command
 * that was started, the clock, the signals, the end of the targets. Without the privilege
 * to load BPF programs, what only asks how listeners stand is served by sock_diag and /proc.
 */
#pragma once

#include "capture/source.h"
#include "capture/unprivileged.h"
#include "cmd/child.h"
#include "opts.h"

struct session {
	const struct options *options;
	struct child child;
	struct source *source; /* one of the two is NULL */
	struct unprivileged *unprivileged;
	int64_t stopped_ns; /* when a stop was asked for; 0: it was not */
	int64_t deadline_ns; /* CLOCK_MONOTONIC, 0: none */
	int run_error; /* why the command could not be run */
};

/* Attaches and says so on stderr; a command is running then. 0 or -errno, said. */
int session_open(struct session *session, const struct options *options, source_sink *sink,
		 void *context);

/* Records until the end of time, of the targets or of patience; `tick` is called
 * every 40 ms or more often, when the records so far are handed on, and ends
 * the session by returning not 0. 0, or what the sink or tick returned. */
int session_run(struct session *session, int (*tick)(void *context, int64_t now_ns), void *context);

/* What `r`, the result of all the rest, makes of the exit status: the command's own
 * if nothing failed; as from a shell, 127 for one not found, 126 for one that cannot be run. */
int session_status(const struct session *session, int r);
void session_close(struct session *session);

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The live trace: a line per event, when the call has returned.
 *
 *     12:04:33.310 python3[4242] connect(3) = 0   62µs #1 127.0.0.1:41568 → :8088
 *
 * Of a flood of drops ten a second have a line, the others are counted in one. Of a flood of
 * runs of sends and receives live_turns says which are handed in here, and which as a sum.
 *
 * From 100 columns on the columns are wider and threads are told apart; under 80
 * the names are not padded and durations go, under 60 the time of day goes. With -y
 * the duration of an accept() gives way to what its fds are, under 100 columns.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "model/model.h"
#include "render/live_clock.h"
#include "render/live_drops.h"
#include "render/style.h"

struct live_options {
	bool relative; /* -r: the time since the line before, not of day */
	bool durations; /* -T: of every call, not only where it tells something */
	bool fds; /* -y: what each fd is */
};

#define LIVE_REMEMBERED 4096
#define LIVE_CALLERS 16

/* A thread as a line names it. */
struct live_caller {
	uint32_t pid, tid;
	uint32_t len; /* 0: none */
	char comm[16], text[64];
};

struct live {
	struct style style;
	struct live_options options;
	int64_t last_ns; /* of the line before; TIME_UNKNOWN: none */
	struct live_clock clock;
	bool paused;
	uint64_t left_out; /* lines, since then */
	/* Connections whose addresses were said lately, by id modulo. One that lost its
	 * place has them said once more. */
	uint64_t introduced[LIVE_REMEMBERED];
	struct live_caller callers[LIVE_CALLERS]; /* the last ones, by tid modulo */
	struct live_drops drops;
};

void live_init(struct live *live, const struct style *style, const struct live_options *options);

/* With -r: appends what stands before a line, the time since the one before. Only once the
 * order of the lines is known. */
void live_since(struct live *live, int64_t t_ns, struct strbuf *out);

/* Until live_resume() lines are counted instead: who reads them is too slow. */
void live_pause(struct live *live);
/* Appends the line that says how many were left out, if any. */
void live_resume(struct live *live, const struct capture *capture, struct strbuf *out);

/* Appends what is still to be said when the trace ends, if anything. */
void live_end(struct live *live, const struct capture *capture, struct strbuf *out);

/* Appends the line of one event, newline included, or nothing where it would
 * explain nothing. socket, listener and connection may be NULL, as in
 * model_watch.event. Times of day are local time; with -r they are left to live_since(). */
void live_line(struct live *live, const struct capture *capture, const struct event *event,
	       const struct socket *socket, const struct listener *listener,
	       const struct connection *connection, struct strbuf *out);

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A thread that accepts from a listener, or that belongs to an owner of one: when
 * it accepted, and what it did in between.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "model/process.h"
#include "socktrace/record.h"

struct listener;

/* From the return of one accept() to that of the next one of the same thread and listener,
 * those that found the queue empty (EAGAIN) passed over. running + runnable + blocked =
 * end - start; blocked is the rest, in accept() or elsewhere. */
struct accept_turn {
	int64_t start_ns, end_ns;
	int64_t accepting_ns; /* of it inside the accept() that ended it */
	int64_t running_ns, runnable_ns; /* TIME_UNKNOWN: the clocks are not known here */
	uint32_t accepts; /* connections it ended with: 1; 0: accept() failed; more: turns joined */
	bool crowded; /* the queue was at least half full in it */
};

/* What a thread was doing at t_ns. */
struct thread_sample {
	int64_t t_ns;
	int64_t from_ns; /* the turn's start or the sample before; TIME_UNKNOWN: there is none */
	int64_t running_ns, runnable_ns; /* from then on; the rest of the time it was blocked */
	uint8_t state; /* enum st_thread_state */
	int32_t syscall; /* number in the machine's table; -1: none */
	int32_t fd; /* -1: none */
	uint64_t arg; /* the call's first argument */
	uint64_t socket, connection; /* ids of what is behind fd in the model; 0: nothing known */
	char file[33]; /* name of the file behind fd; "" for a socket */
};

VEC_TYPE(accept_turns, struct accept_turn);
VEC_TYPE(thread_samples, struct thread_sample);

struct acceptor {
	struct listener *listener;
	struct process *process;
	uint32_t tid;
	char comm[17];
	uint64_t accepted; /* by this thread from this listener */
	int64_t last_accept_ns; /* TIME_UNKNOWN: none seen */
	int64_t failed_ns; /* when an accept() of it last failed with other than EAGAIN */
	int32_t failed_err; /* and how: EMFILE, …; 0: never */
	uint64_t failures;
	/* In order, without gaps. At most 10,000: when there are more, neighbours that are short
	 * together become one. No longer turn is ever joined, no time is lost. */
	struct accept_turns turns;
	int64_t grain_ns; /* neighbours up to this long together were joined; 0: none */
	/* At most 10,000 of a thread that accepted, 256 of another; when there are more, every
	 * second one goes and its times are added to the next. */
	struct thread_samples samples;
};

/* Whether a queue is at least half full: what is looked at closely. */
static inline bool queue_is_crowded(uint32_t depth, uint32_t limit)
{
	return st_queue_is_crowded(depth, limit);
}

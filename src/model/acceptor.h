/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A thread that accepts from a listener, or that belongs to an owner of one: when
 * it accepted, and what it did in between.
 */
#pragma once

#include <stdint.h>

#include "base/vec.h"
#include "model/process.h"

struct listener;

/* From the return of one accept() to that of the next one of the same thread and listener.
 * running + runnable + blocked = end - start; blocked is the rest, in accept() or elsewhere. */
struct accept_turn {
	int64_t start_ns, end_ns;
	int64_t accepting_ns; /* of it inside the accept() that ended it */
	int64_t running_ns, runnable_ns; /* TIME_UNKNOWN: the clocks are not known here */
};

struct thread_sample {
	int64_t t_ns;
	uint8_t state; /* enum st_thread_state */
	int32_t syscall; /* number; -1: none */
	int32_t fd; /* -1: none */
	uint64_t arg;
	uint64_t socket; /* id of the connection's or listener's socket behind fd in the model, 0 */
	int64_t running_ns, runnable_ns;
	char file[33];
};

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
	/* the latest 1,024 turns of the quiet, and all (to 100,000) in which the queue was half full */
	VEC(struct accept_turn) turns;
	VEC(struct thread_sample) samples; /* at most 10,000 */
};

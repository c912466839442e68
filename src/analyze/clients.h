/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Who found a UNIX listener's queue full in an episode, process by process.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "analyze/facts.h"

struct waiting_process {
	const struct process *process; /* NULL: not known */
	uint64_t waits; /* times that its connect() waited */
	int64_t wait_max_ns; /* TIME_UNKNOWN: of none it is known how long */
	bool waits_still; /* one of them, when nobody looked any more */
	uint64_t eagain;
};

VEC_TYPE(waiting_processes, struct waiting_process);

/* The longest wait first, then the most EAGAINs. 0 or -ENOMEM. */
int clients_of(const struct facts *facts, struct waiting_processes *out);

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What an accepting thread did over time, as stretches one after the other: from its
 * turns (how much it ran, waited for a CPU, was blocked) and samples (in which call).
 */
#pragma once

#include <stdint.h>

#include "model/acceptor.h"

enum segment_state {
	SEGMENT_ACCEPTING, /* in accept() */
	SEGMENT_RUNNING,
	SEGMENT_RUNNABLE, /* ready, without a CPU */
	SEGMENT_BLOCKED,
	SEGMENT_STATE_MAX,
};

/* The amounts are the kernel's, which accounts a running thread at its ticks: one may be off by a
 * tick, the sum of many is not. Where a turn has no sample, their order is not known: ran, waited
 * for a CPU, was blocked is the order then. */
struct segment {
	int64_t start_ns, end_ns;
	uint8_t state; /* enum segment_state */
	const struct thread_sample *sample; /* BLOCKED: who says in what, borrowed; NULL: nobody */
};

VEC_TYPE(segments, struct segment);

/* All that is known of the thread, in order of time; there may be gaps. 0 or -ENOMEM. */
int segments_of(const struct acceptor *acceptor, struct segments *out);

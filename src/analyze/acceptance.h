/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How those who accept from a listener spent an episode: how often they accepted, how
 * long they were elsewhere, and where.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "analyze/episode.h"
#include "model/model.h"

/* Where threads were found, and for how much of the time they were looked at. */
struct place {
	uint8_t state; /* enum st_thread_state */
	int32_t syscall, fd;
	uint64_t connection; /* its id; 0: none, or not known */
	const char *file; /* borrowed */
	const struct acceptor *acceptor; /* the thread that was there longest */
	int64_t ns;
};

VEC_TYPE(places, struct place);

/* From one accept to the next, clients waiting. */
struct gap {
	int64_t start_ns, end_ns;
};

VEC_TYPE(gaps, struct gap);

struct acceptance {
	unsigned threads; /* that accepted, in the episode or before it */
	const struct acceptor *leading; /* who accepted most; else who was looked at most; NULL */
	uint64_t accepted; /* in the episode */
	struct gaps gaps; /* in order of time */
	int64_t gap_p50_ns, gap_max_ns; /* between two accepts of anybody, clients waiting */
	int64_t waiting_ns, longest_ns; /* the sum of these gaps, and of those of at least 100 ms */
	uint64_t turned_away, turned_away_long; /* drops in the episode, and in those long gaps */
	/* of the gaps and of the long ones in accept() itself: softirqs may hold it up there */
	int64_t accepting_ns, accepting_long_ns;
	/* how all of them spent the episode outside accept(), and of it: stopped or frozen */
	int64_t elsewhere_ns, running_ns, runnable_ns, blocked_ns, stopped_ns, frozen_ns;
	struct places places; /* where they were blocked, the longest first; at most 32 */
	int64_t placed_ns; /* the sum of all places */
	bool failed; /* accept() ran out of fds: in the episode, or it was the last it did before */
	int32_t failed_err;
	uint64_t failures; /* in all */
	const struct process *failing; /* whose it was; NULL: nobody's */
};

/* 0 or -ENOMEM. */
int acceptance_of(const struct model *model, const struct listener *listener,
		  const struct episode *episode, struct acceptance *out);
void acceptance_release(struct acceptance *acceptance);

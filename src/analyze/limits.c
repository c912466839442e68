/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns which readings belong to an episode. Draws no conclusion from them.
 */
#include "analyze/limits.h"

#define BESIDE_NS 500000000LL /* a reading is taken a moment before or after what it is about */

const struct fd_limits *limits_of_fds(const struct process *process, const struct episode *episode)
{
	const struct fd_limits *best = NULL;

	/* the last that is not later; where all are, the first */
	vec_each (limits, &process->fd_limits)
		if (!best || limits->t_ns <= episode->end_ns + BESIDE_NS)
			best = limits;
	return best;
}

/* Readings tell of changes alone: from one to the next, all was as the first said. But before
 * the episode nobody looked. */
struct held_back limits_of_cpu(const struct process *process, const struct episode *episode)
{
	const struct cpu_quota *first = NULL, *last = NULL;
	struct held_back out = {0};

	vec_each (quota, &process->cpu_quotas) {
		if (last && quota->t_ns > episode->end_ns + BESIDE_NS)
			break;
		last = quota;
		if (!first || first->t_ns < episode->start_ns - BESIDE_NS ||
		    quota->t_ns <= episode->start_ns)
			first = quota;
	}
	if (!last)
		return out;
	out.known = true;
	out.quota_ns = last->quota_ns;
	out.period_ns = last->period_ns;
	if (last->periods < first->periods || last->throttled < first->throttled ||
	    last->throttled_ns < first->throttled_ns)
		return out; /* they began anew */
	out.periods = last->periods - first->periods;
	out.throttled = last->throttled - first->throttled;
	out.throttled_ns = last->throttled_ns - first->throttled_ns;
	return out;
}

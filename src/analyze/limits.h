/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What an episode says of the limits that a process lives under: open files, CPU quota.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "analyze/episode.h"
#include "model/model.h"

/* As read in the episode, else the nearest; NULL: never read. */
const struct fd_limits *limits_of_fds(const struct process *process, const struct episode *episode);

struct held_back {
	bool known; /* its cgroup could be read; else the rest is unset */
	int64_t quota_ns, period_ns; /* quota 0: none is set */
	/* in the episode, from its first reading to its last: periods, those in which the cgroup
	 * was held back, and for how long */
	uint64_t periods, throttled;
	int64_t throttled_ns;
};

struct held_back limits_of_cpu(const struct process *process, const struct episode *episode);

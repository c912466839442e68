/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A process: who made the calls. Owns what it was called over time.
 */
#pragma once

#include <stdint.h>

#include "base/vec.h"
#include "model/event.h"

struct process_name {
	int64_t t_ns;
	char comm[17]; /* NUL-terminated; hostile bytes as they came */
};

struct process {
	uint64_t id;
	uint32_t pid, ppid;
	uint32_t uid, netns;   /* UINT32_MAX: not known; netns 0: not known */
	uint64_t cgroup;
	int64_t start_ns, end_ns; /* TIME_UNKNOWN: not known, not over */
	bool target;           /* asked for, or a descendant */
	VEC(struct process_name) names;
	char *cmdline; /* arguments separated by single spaces, NULL: not known */
	char *cgroup_path; /* NULL: not known */
};

const char *process_comm(const struct process *process); /* the latest name; "?" where none */

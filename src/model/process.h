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

/* When an accept() found no fd. -1: not known. */
struct fd_limits {
	int64_t t_ns;
	int64_t soft, hard; /* RLIMIT_NOFILE */
	int64_t open; /* by the process */
	int64_t files_open, files_max; /* on the whole machine */
};

/* What its cgroup may have of the CPUs, and how often it was held back so far. */
struct cpu_quota {
	int64_t t_ns;
	int64_t quota_ns, period_ns; /* quota 0: none is set */
	uint64_t periods, throttled;
	int64_t throttled_ns;
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
	/* in order of time, each time they had changed: the latest 64; at most 1,000, thinned */
	VEC(struct fd_limits) fd_limits;
	VEC(struct cpu_quota) cpu_quotas;
	char *cpu_cgroup; /* directory of the cgroup whose quota it is, the latest; NULL: none */
	uint8_t cpu_cgroup_version;
};

const char *process_comm(const struct process *process); /* the latest name; "?" where none */

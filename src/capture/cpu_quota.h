/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How much of the CPUs the cgroup of a process may have, and how often it was held back:
 * cpu.max and cpu.stat of cgroup v2, or their likes of v1. Anybody may read them.
 */
#pragma once

#include <sys/types.h>

#include "socktrace/record.h"

/* All but header and pid, of the tightest quota from the process' cgroup up to the root; where
 * none has one, of its own cgroup. 0; -ESRCH, -ENOENT: there is none that can be read. */
int cpu_quota_read(pid_t pid, struct st_cpu_quota *out);

/* The same of a cgroup: `path` below `root`, where the hierarchy is mounted. */
int cpu_quota_below(const char *root, const char *path, unsigned version, struct st_cpu_quota *out);

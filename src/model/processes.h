/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Private to src/model: the processes by pid, through reuse of pids.
 */
#pragma once

#include "model/index.h"

/* Who ran as pid at t; made if need be. comm may be NULL (not known, or a thread's own).
 * NULL: pid is 0, or no memory. */
struct process *process_seen(struct model *model, uint32_t pid, const char *comm, int64_t t_ns);

struct process *process_find(const struct model *model, uint32_t pid); /* NULL: not known */

void process_apply(struct model *model, const struct st_process *record);
void process_apply_cgroup(struct model *model, const struct st_cgroup *record);
void process_apply_limits(struct model *model, const struct st_process_limits *record);
void process_apply_quota(struct model *model, const struct st_cpu_quota *record);

/* Frees processes that are over and that nothing kept refers to, when there are many. */
void process_sweep(struct model *model);

void processes_release(struct model *model);

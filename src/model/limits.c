/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns what is known of a process' limits over time. Does not know who ran into them.
 */
#include "model/process.h"

#include <stdlib.h>
#include <string.h>

#include "model/processes.h"
#include "model/wire.h"

static int64_t known(uint64_t value)
{
	return value > INT64_MAX ? -1 : (int64_t)value;
}

static bool same_limits(const struct fd_limits *a, const struct fd_limits *b)
{
	return a->soft == b->soft && a->hard == b->hard && a->open == b->open &&
	       a->files_open == b->files_open && a->files_max == b->files_max;
}

void process_apply_limits(struct model *model, const struct st_process_limits *record)
{
	int64_t t = wire_time(model, record->h.ts_ns);
	struct process *process = process_seen(model, record->pid, NULL, t);
	struct fd_limits limits = {
		.t_ns = t,
		.soft = known(record->nofile_soft),
		.hard = known(record->nofile_hard),
		.open = known(record->fds_open),
		.files_open = known(record->files_open),
		.files_max = known(record->files_max),
	};
	size_t len = process ? process->fd_limits.len : 0;

	if (!process || (len && same_limits(&process->fd_limits.items[len - 1], &limits)))
		return;
	if (len >= FD_LIMITS_MAX)
		vec_drop_first(&process->fd_limits, 1);
	if (vec_push(&process->fd_limits, limits))
		model_fail(model);
	else
		vec_settle(&process->fd_limits, t_ns);
}

/* False: no memory. */
static bool set_cgroup(struct process *process, const struct st_cpu_quota *record)
{
	char path[ST_TEXT_LEN + 1];

	wire_text(path, record->path, ST_TEXT_LEN);
	process->cpu_cgroup_version = record->version;
	if (process->cpu_cgroup && !strcmp(process->cpu_cgroup, path))
		return true;
	free(process->cpu_cgroup);
	process->cpu_cgroup = path[0] ? strdup(path) : NULL;
	process->cpu_quotas.len = 0; /* another cgroup has counters of its own */
	return process->cpu_cgroup || !path[0];
}

void process_apply_quota(struct model *model, const struct st_cpu_quota *record)
{
	int64_t t = wire_time(model, record->h.ts_ns);
	struct process *process = process_seen(model, record->pid, NULL, t);
	struct cpu_quota quota = {
		.t_ns = t,
		.quota_ns = (int64_t)record->quota_ns,
		.period_ns = (int64_t)record->period_ns,
		.periods = record->periods,
		.throttled = record->throttled,
		.throttled_ns = (int64_t)record->throttled_ns,
	};

	if (!process)
		return;
	if (!set_cgroup(process, record)) {
		model_fail(model);
		return;
	}
	if (process->cpu_quotas.len >= QUOTAS_MAX)
		vec_thin(&process->cpu_quotas);
	if (vec_push(&process->cpu_quotas, quota))
		model_fail(model);
	else
		vec_settle(&process->cpu_quotas, t_ns);
}

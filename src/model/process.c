/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the processes: their birth, names, end, and when they may be forgotten.
 * Does not know what they do with sockets.
 */
#include "model/process.h"

#include <errno.h>
#include <string.h>

#include "model/processes.h"
#include "model/sockets.h"
#include "model/wire.h"

/* A call this much later than the exit of its pid is another process's. */
#define REUSE_NS 10000000

const char *process_comm(const struct process *process)
{
	return process->names.len ? process->names.items[process->names.len - 1].comm : "?";
}

static void process_free(struct process *process)
{
	free(process->cmdline);
	free(process->cgroup_path);
	free(process->cpu_cgroup);
	vec_release(&process->names);
	vec_release(&process->fd_limits);
	vec_release(&process->cpu_quotas);
	free(process);
}

static struct process *process_create(struct model *model, uint32_t pid)
{
	struct task *task = calloc(1, sizeof(*task));
	struct process *process = &task->pub;

	if (!task)
		goto fail;
	process->id = model->index->next_process;
	process->pid = pid;
	process->uid = UINT32_MAX;
	process->start_ns = process->end_ns = TIME_UNKNOWN;
	if (hashmap_set(&model->index->pids, pid, process))
		goto fail;
	if (vec_push(&model->processes, process)) {
		hashmap_remove(&model->index->pids, pid);
		goto fail;
	}
	model->index->next_process++;
	return process;
fail:
	free(task);
	model_fail(model);
	return NULL;
}

/* Whether the name is new. */
static bool process_named(struct model *model, struct process *process, const char *comm,
			  int64_t t_ns)
{
	struct process_name name = {.t_ns = t_ns};

	wire_text(name.comm, comm, ST_COMM_LEN);
	if (!name.comm[0] || process->names.len >= NAMES_MAX ||
	    (process->names.len && !strcmp(name.comm, process_comm(process))))
		return false;
	if (vec_push(&process->names, name))
		model_fail(model);
	return true;
}

static void process_tell(struct model *model, const struct process *process)
{
	if (model->watch.process)
		model->watch.process(model->watch.context, process);
}

struct process *process_find(const struct model *model, uint32_t pid)
{
	return pid ? hashmap_get(&model->index->pids, pid) : NULL;
}

struct process *process_seen(struct model *model, uint32_t pid, const char *comm, int64_t t_ns)
{
	struct process *process = process_find(model, pid);
	bool made = false;

	if (!pid)
		return NULL;
	if (!process || (process->end_ns != TIME_UNKNOWN && t_ns > process->end_ns + REUSE_NS)) {
		process = process_create(model, pid);
		made = true;
	}
	if (!process)
		return NULL;
	if ((comm && process_named(model, process, comm, t_ns)) || made)
		process_tell(model, process);
	return process;
}

/* Arguments end in NUL each; what is cut off ends without. */
static void process_set_cmdline(struct model *model, struct process *process, const char *args,
				size_t len)
{
	char *text;

	while (len && !args[len - 1])
		len--;
	if (!len)
		return;
	text = malloc(len + 1);
	if (!text) {
		model_fail(model);
		return;
	}
	for (size_t i = 0; i < len; i++)
		text[i] = args[i] ? args[i] : ' ';
	text[len] = '\0';
	free(process->cmdline);
	process->cmdline = text;
}

static void process_set_cgroup(struct model *model, struct process *process, uint64_t id)
{
	const char *path = hashmap_get(&model->index->cgroups, id);

	process->cgroup = id;
	free(process->cgroup_path);
	process->cgroup_path = path ? strdup(path) : NULL;
	if (path && !process->cgroup_path)
		model_fail(model);
}

static void process_exit(struct model *model, struct process *process, int64_t t_ns)
{
	if (process->end_ns != TIME_UNKNOWN)
		return;
	process->end_ns = t_ns;
	model->index->processes_ended++;
	process_tell(model, process);
	sockets_process_exit(model, process, t_ns);
}

void process_apply(struct model *model, const struct st_process *record)
{
	int64_t t = wire_time(model, record->h.ts_ns);
	struct process *process = process_find(model, record->pid);

	if (!record->pid)
		return;
	if (record->event == ST_PROCESS_EXIT && !process)
		return; /* it did nothing we saw */
	if (!process || (process->end_ns != TIME_UNKNOWN && record->event != ST_PROCESS_EXIT))
		process = process_create(model, record->pid);
	if (!process)
		return;
	if (record->ppid)
		process->ppid = record->ppid;
	process->uid = record->uid;
	process->netns = record->netns ? record->netns : process->netns;
	process->target |= record->target;
	if (record->event == ST_PROCESS_FORK)
		process->start_ns = t;
	else if (record->start_ns && process->start_ns == TIME_UNKNOWN)
		process->start_ns = wire_time(model, record->start_ns);
	if (record->cgroup && (record->cgroup != process->cgroup || !process->cgroup_path))
		process_set_cgroup(model, process, record->cgroup);
	process_set_cmdline(model, process, record->cmdline, record->cmdline_len);
	process_named(model, process, record->comm, t);
	if (record->event == ST_PROCESS_EXIT)
		process_exit(model, process, t);
	else
		process_tell(model, process);
}

void process_apply_cgroup(struct model *model, const struct st_cgroup *record)
{
	char text[ST_TEXT_LEN + 1];
	char *path;

	wire_text(text, record->path, ST_TEXT_LEN);
	path = strdup(text);
	if (!path) {
		model_fail(model);
		return;
	}
	free(hashmap_remove(&model->index->cgroups, record->id));
	if (hashmap_set(&model->index->cgroups, record->id, path)) {
		free(path);
		model_fail(model);
		return;
	}
	vec_each (at, &model->processes)
		if ((*at)->cgroup == record->id && !(*at)->cgroup_path)
			process_set_cgroup(model, *at, record->id);
}

static void mark(struct process *process)
{
	if (process)
		task_of(process)->marked = true;
}

static void mark_referred(const struct model *model)
{
	vec_each (at, &model->sockets) {
		mark((*at)->process);
		mark(sock_of(*at)->holders[0].process);
		mark(sock_of(*at)->holders[1].process);
	}
	vec_each (at, &model->connections) {
		mark((*at)->client.process);
		mark((*at)->server.process);
	}
	vec_each (at, &model->listeners) {
		vec_each (owner, &(*at)->owners)
			mark(owner->process);
		vec_each (client, &(*at)->unix_clients)
			mark(client->process);
	}
	vec_each (at, &model->acceptors)
		mark((*at)->process);
}

void process_sweep(struct model *model)
{
	size_t kept = 0;

	if (model->index->processes_ended < KEEP_ENDED)
		return;
	mark_referred(model);
	vec_each (at, &model->processes) {
		struct process *process = *at;

		if (process->end_ns == TIME_UNKNOWN || task_of(process)->marked) {
			task_of(process)->marked = false;
			model->processes.items[kept++] = process;
			continue;
		}
		if (process_find(model, process->pid) == process)
			hashmap_remove(&model->index->pids, process->pid);
		process_free(process);
	}
	model->processes.len = kept;
	model->index->processes_ended = 0;
}

void processes_release(struct model *model)
{
	char *path;

	vec_each (at, &model->processes)
		process_free(*at);
	vec_release(&model->processes);
	for (size_t i = 0; (path = hashmap_next(&model->index->cgroups, &i));)
		free(path);
	hashmap_release(&model->index->cgroups);
	hashmap_release(&model->index->pids);
}

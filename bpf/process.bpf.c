/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * Births, names and ends of traced processes.
 */
#include "target.h"

#include <bpf/bpf_tracing.h>

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	__u32 tgid = child->tgid, yes = ST_TARGET_YES;

	if (tgid == parent->tgid || !config.follow || !is_target(parent->tgid))
		return 0;
	if (!config.all && !config.cgroup) {
		target_hint(tgid);
		bpf_map_update_elem(&targets, &tgid, &yes, BPF_ANY);
	}
	bpf_map_update_elem(&announced, &tgid, &yes, BPF_ANY);
	process_report(child, ST_PROCESS_FORK, true);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, int old_tid)
{
	__u32 tid = old_tid;

	/* Not the first thread: it took the first one's id, and its own can be used again. */
	if (tid != task->pid)
		bpf_map_delete_elem(&threads, &tid);
	if (is_target(task->tgid))
		process_report(task, ST_PROCESS_EXEC, true);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task)
{
	__u32 tid = task->pid, tgid = task->tgid;
	bool target = is_target(tgid);

	bpf_map_delete_elem(&threads, &tid);
	if (task->signal->live.counter || (!target && !bpf_map_lookup_elem(&announced, &tgid)))
		return 0;
	process_report(task, ST_PROCESS_EXIT, target);
	bpf_map_delete_elem(&targets, &tgid);
	bpf_map_delete_elem(&announced, &tgid);
	return 0;
}

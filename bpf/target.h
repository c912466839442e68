/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * Who is traced: which processes are targets, and the record that tells user
 * space of a process.
 */
#pragma once

#include "emit.h"

/* Set where some target's id falls: most processes are none, and this costs them no look-up. */
bool target_hints[ST_TARGET_HINTS];

/* Set where a process falls that is no target, but at the other end of one's UNIX connection: no
 * hook tells of the end of such a socket but its close(). */
bool unix_peer_hints[ST_TARGET_HINTS];

static __always_inline void unix_peer_hint(__u32 tgid)
{
	unix_peer_hints[tgid % ST_TARGET_HINTS] = true;
}

static __always_inline bool may_be_unix_peer(__u32 tgid)
{
	return unix_peer_hints[tgid % ST_TARGET_HINTS];
}

static __always_inline void target_hint(__u32 tgid)
{
	target_hints[tgid % ST_TARGET_HINTS] = true;
}

static __always_inline bool may_be_target(__u32 tgid)
{
	return config.all || config.cgroup || target_hints[tgid % ST_TARGET_HINTS];
}

static __always_inline bool is_target(__u32 tgid)
{
	if (tgid == config.self)
		return false;
	if (config.all)
		return true;
	if (config.cgroup)
		return bpf_get_current_ancestor_cgroup_id(config.cgroup_level) == config.cgroup;
	return may_be_target(tgid) && bpf_map_lookup_elem(&targets, &tgid);
}

static __always_inline void process_fill(struct st_process *r, struct task_struct *task)
{
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	struct net *net = BPF_CORE_READ(task, nsproxy, net_ns);
	unsigned long start, len;

	r->pid = BPF_CORE_READ(task, tgid);
	r->ppid = BPF_CORE_READ(task, real_parent, tgid);
	r->uid = BPF_CORE_READ(task, cred, uid.val);
	r->netns = BPF_CORE_READ(net, ns.inum);
	r->start_ns = BPF_CORE_READ(task, group_leader, start_boottime);
	BPF_CORE_READ_INTO(&r->comm, task, comm);
	if (!mm)
		return;
	start = BPF_CORE_READ(mm, arg_start);
	len = BPF_CORE_READ(mm, arg_end) - start;
	if (len > ST_CMDLINE_LEN)
		len = ST_CMDLINE_LEN;
	/* A failed read leaves the command line empty: it may be paged out. */
	if (len && !bpf_probe_read_user(r->cmdline, len, (void *)start))
		r->cmdline_len = len;
}

/* Tells of `task`; its memory must be the current one's for the command line. */
static __always_inline void process_report(struct task_struct *task, __u8 event, bool target)
{
	struct st_process *r;

	if (!RECORD_RESERVE(ST_PROCESS, ST_LOSS_PROCESS, r))
		return;
	r->event = event;
	r->target = target;
	r->cgroup = bpf_get_current_cgroup_id();
	process_fill(r, task);
	record_submit(r);
}

/* The current process is about to appear in a record. */
static __always_inline void process_announce(__u32 tgid, bool target)
{
	__u32 one = 1;

	if (bpf_map_lookup_elem(&announced, &tgid))
		return;
	bpf_map_update_elem(&announced, &tgid, &one, BPF_ANY);
	process_report((void *)bpf_get_current_task(), ST_PROCESS_SEEN, target);
}

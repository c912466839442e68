/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * What user space drives: how followed UNIX listeners stand, and who waits at them.
 */
#include "sweep.h"
#include "unix.h"

#include <bpf/bpf_tracing.h>

/* A function of its own: it stands in a loop, and is verified once that way. */
__noinline int unix_waiter_report(__u64 id, __u64 listener, __u64 waiter)
{
	struct sock *sk = sock_at(listener);
	struct task_struct *task = (void *)waiter;
	__u32 tid = READ(task, task_struct, pid);
	__u64 *told = bpf_map_lookup_elem(&unix_waiters, &tid);
	struct st_thread *thread = bpf_map_lookup_elem(&threads, &tid);
	__u64 since_ns = 0;

	if (!tid || (told && *told == id))
		return 0;
	bpf_map_update_elem(&unix_waiters, &tid, &id, BPF_ANY);
	/* That of a client from before the trace is not known: now, then. */
	if (thread && thread->call == ST_CALL_CONNECT)
		since_ns = thread->enter_ns;
	unix_full_report(id, sk, READ(task, task_struct, tgid), tid, since_ns, 0);
	return 0;
}

/* The threads that sleep in connect() for want of room hang in a list of the listener's. */
static __always_inline void unix_waiters_report(__u64 id, struct sock *sk)
{
	struct list_head *first =
		(void *)((char *)sk + bpf_core_field_offset(struct unix_sock, peer_wq.wait.head));
	struct list_head *at = READ(sk, unix_sock, peer_wq.wait.head.next);
	__u64 listener = pointer_of(sk);

	for (int i = 0; i < MAX_WAITERS && at && at != first; i++) {
		struct wait_queue_entry *entry =
			(void *)((char *)at -
				 bpf_core_field_offset(struct wait_queue_entry, entry));
		__u64 task = pointer_of(READ(entry, wait_queue_entry, private));

		if (task)
			unix_waiter_report(id, listener, task);
		at = READ(at, list_head, next);
	}
}

static __always_inline void unix_listener_report(__u64 id, struct sock *sk, struct followed *f)
{
	__u32 depth = SOCK(sk, sk_receive_queue.qlen), limit = SOCK(sk, sk_max_ack_backlog);
	struct net *net = SOCK(sk, __sk_common.skc_net.net);
	struct st_listener *r;

	if (!finishing && f->queue.limit == limit && f->queue.depth == depth)
		return;
	if (!RECORD_RESERVE(ST_LISTENER, ST_LOSS_STATE, r))
		return;
	r->id = id;
	r->depth = f->queue.depth = depth;
	r->limit = f->queue.limit = limit;
	r->netns = READ(net, net, ns.inum);
	r->drops_seen = 1 << ST_DROP_UNIX;
	record_submit(r);
}

static __always_inline int read_unix_listener(__u64 name, __u64 *listener)
{
	struct followed *f;
	__u64 id = *listener;
	struct sock *sk = unix_listener(id, &f);

	if (!sk)
		return 0;
	unix_listener_report(id, sk, f);
	if (f->queue.depth > f->queue.limit)
		unix_waiters_report(id, sk);
	return 0;
}

SWEEP(unix_listeners, names, __u64, __u64, read_unix_listener)

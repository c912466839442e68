/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * The record of a socket that was there before anybody announced it.
 */
#pragma once

#include "unix.h"

/* In a cgroup trace the iterator's current task is ours: only the maps can tell. */
static __always_inline bool is_target_task(struct task_struct *task)
{
	__u32 tgid = BPF_CORE_READ(task, tgid);

	if (config.all)
		return true;
	return bpf_map_lookup_elem(&targets, &tgid) != NULL;
}

/* User space has asked for the cookies of those that were left out, and comes again for them. */
bool seen_again;

/* A socket older than the trace has no cookie unless somebody asked for it, and not
 * every kernel lets an iterator do that for the socket of a file: user space does. */
static __always_inline void leave_out(struct bpf_iter__task_file *ctx, struct task_struct *task,
				      __u32 fd, struct sock *sk)
{
	__u16 family = SOCK(sk, __sk_common.skc_family);
	struct st_left_out out = {};

	if (family != AF_INET && family != AF_INET6)
		return;
	out.pid = BPF_CORE_READ(task, tgid);
	out.fd = fd;
	bpf_seq_write(ctx->meta->seq, &out, sizeof(out));
}

/* A function of its own: its stack is not that of the calls that follow it. */
static __noinline int seen_fill(struct st_seen *r, struct sock *sk)
{
	if (r->sock.family == AF_UNIX) {
		r->path_len = unix_path(r->path, sk);
		r->sock.peer_id = unix_peer_id(sk);
		r->depth = SOCK(sk, sk_receive_queue.qlen);
	} else if (r->sock.protocol == IPPROTO_TCP && r->sock.state != TCP_LISTEN) {
		r->written = READ(sk, tcp_sock, write_seq);
		r->copied = READ(sk, tcp_sock, copied_seq);
	} else {
		r->depth = SOCK(sk, sk_ack_backlog);
	}
	if (r->sock.state != TCP_LISTEN)
		return 0;
	r->backlog = SOCK(sk, sk_max_ack_backlog);
	unix_listener_named(r->sock.id, r->path, r->path_len);
	return 0;
}

/* --- what an iterator over files finds --------------------------------------------- */

/* The socket at hand; NULL: it is our own, or none. */
static __always_inline struct sock *sock_at_hand(struct task_struct *task, struct file *file)
{
	struct sock *sk;

	if (!task || !file || BPF_CORE_READ(task, tgid) == config.self)
		return NULL;
	sk = sock_of_file(file);
	return sk ? mptcp_or_self(sk) : NULL;
}

/* Follows it, and begins its record. NULL: it is not wanted, or there is no room. */
static __always_inline struct st_seen *seen_begin(struct task_struct *task, __u32 fd,
						  struct sock *sk, __u64 id, __u8 flags)
{
	bool known = socket_followed(id);
	struct st_seen *r;

	if (!id || !RECORD_RESERVE(ST_SEEN, ST_LOSS_CALL, r))
		return NULL;
	r->known = known;
	sock_fill(&r->sock, sk, id, flags);
	if (!sock_wanted(&r->sock)) {
		bpf_ringbuf_discard(r, BPF_RB_NO_WAKEUP);
		return NULL;
	}
	socket_follow(sk, id, flags);
	r->pid = BPF_CORE_READ(task, tgid);
	r->fd = fd;
	BPF_CORE_READ_INTO(&r->comm, task, group_leader, comm);
	seen_fill(r, sk);
	return r;
}

static __always_inline void seen_end(struct bpf_iter__task_file *ctx, struct st_seen *r)
{
	struct st_left_out none = {};

	record_submit(r);
	/* Some output, so that the reader comes back in between and empties the ring. */
	bpf_seq_write(ctx->meta->seq, &none, sizeof(none));
}

/* A listener, met at an accept(): it came over a UNIX socket, or the look at what targets have open
 * has not come to it yet. Told before it is followed and its children are told. A function of its
 * own, for the verifier; older kernels leave no stack to follow it here as well. */
__noinline int listener_met(__u64 address, __u32 fd)
{
	struct sock *sk = sock_at(address);
	__u64 id = sock_id(sk);
	struct st_seen *r;

	if (!RECORD_RESERVE(ST_SEEN, ST_LOSS_CALL, r))
		return 0;
	sock_fill(&r->sock, sk, id, 0);
	if (!sock_wanted(&r->sock)) {
		bpf_ringbuf_discard(r, BPF_RB_NO_WAKEUP);
		return 0;
	}
	r->pid = bpf_get_current_pid_tgid() >> 32;
	r->fd = fd;
	bpf_get_current_comm(r->comm, sizeof(r->comm));
	seen_fill(r, sk);
	record_submit(r);
	return 0;
}

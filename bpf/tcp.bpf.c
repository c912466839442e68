/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * What the kernel does with followed TCP sockets: state changes, retransmits,
 * resets. A child is followed because its listener is, a server's end because
 * the client's is.
 */
#include "listener.h"
#include "skipped.h"
#include "step.h"
#include "target.h"
#include "tuple.h"

#include <bpf/bpf_tracing.h>

/* Makes the identity where there is none yet. */
static __always_inline __u64 sock_id_made(struct sock *sk)
{
	return config.cookies ? bpf_get_socket_cookie(sk) : pointer_id(sk);
}

/* The child's copy of its parent's bind node still points to where the parent
 * hangs in the chain: the pointer there leads to the parent. Right since 6.x; on
 * 5.10 it may be another listener of the same reuseport group. */
static __always_inline struct sock *parent_of(struct sock *child)
{
	struct hlist_node *node = read_pointer(SOCK(child, __sk_common.skc_bind_node.pprev));
	struct sock *parent;

	if (!node)
		return NULL;
	parent = sock_at((__u64)node -
			 bpf_core_field_offset(struct sock, __sk_common.skc_bind_node));
	if (SOCK(parent, __sk_common.skc_state) != TCP_LISTEN ||
	    SOCK(parent, __sk_common.skc_num) != SOCK(child, __sk_common.skc_num))
		return NULL;
	return parent;
}

/* A child of a listener that nobody follows: perhaps a followed client's other end. */
static __always_inline struct followed *follow_server_end(struct sock *child, __u64 id)
{
	struct st_sock s = {};

	if (!tuples_known)
		return NULL;
	sock_fill(&s, child, 0, 0);
	return is_other_end(&s) ? socket_follow(child, id, ST_SOCK_PEER) : NULL;
}

/* At its birth. Where the peer's port is not yet filled in (seen on 6.1, 6.12) neither
 * is the cookie: one made now would be overwritten. */
static __always_inline __u64 child_id(struct sock *child)
{
	return SOCK(child, __sk_common.skc_dport) ? sock_id_made(child) : pointer_id(child);
}

/* SYN_RECV → x: the child gets its cookie now, so that accept() can name it whoever listens,
 * and what was known at its birth moves to it, if it had none then. */
static __always_inline struct followed *child_identified(struct sock *child, __u64 *id)
{
	struct followed *born, *f;
	__u64 born_id;

	*id = sock_id_made(child);
	f = socket_followed(*id);
	if (f || !config.cookies)
		return f;
	born_id = pointer_id(child);
	born = socket_followed(born_id);
	if (!born)
		return NULL;
	f = socket_follow(child, *id, born->flags);
	if (f) {
		f->listener = born->listener;
		f->handshake = born->handshake;
	}
	socket_remove(born_id);
	return f;
}

/* LISTEN → SYN_RECV: the child was made and is about to enter the accept queue. */
static __always_inline void child_born(struct sock *child)
{
	struct sock *parent = parent_of(child);
	struct followed *f, *listener;
	struct st_handshake *h;
	__u64 parent_id = 0;

	if (parent)
		parent_id = inet_id(parent);
	listener = socket_followed(parent_id);
	if (!listener)
		return;
	f = socket_follow(child, child_id(child), listener->flags);
	if (!f)
		return;
	f->listener = parent_id;
	h = &f->handshake;
	h->depth = SOCK(parent, sk_ack_backlog);
	h->limit = SOCK(parent, sk_max_ack_backlog);
	h->queued_ns = bpf_ktime_get_ns();
	if (st_queue_is_crowded(h->depth + 1, h->limit))
		wake_soon(h->queued_ns);
}

/* Process context, inside connect() or listen(): a target's socket may have come by a way
 * we do not hook (io_uring, a 32-bit call), a client's is followed from here on. Where a port was
 * asked for, a target may be the client of that port: its socket is the other end then, too. */
static __always_inline struct followed *follow_caller(struct sock *sk, int new, __u64 *id)
{
	bool target, other_end = false;
	struct followed *f;

	*id = sock_id_made(sk);
	f = socket_followed(*id);
	target = f || is_target(bpf_get_current_pid_tgid() >> 32);
	if (new == TCP_SYN_SENT && (!target || config.local_port))
		other_end = goes_to_target(sk);
	if (!target && !other_end)
		return NULL;
	if (!f)
		return socket_follow(sk, *id, other_end ? ST_SOCK_PEER : 0);
	if (other_end)
		f->flags |= ST_SOCK_PEER;
	return f;
}

static __always_inline void client_established(struct sock *sk, struct followed *f)
{
	struct st_sock s = {};

	if (f->flags & ST_SOCK_PEER || config.all)
		return;
	sock_fill(&s, sk, 0, 0);
	tuple_note(&s);
}

/* Of two segments on two CPUs each may make a child of the same request. The kernel keeps one; this
 * is the other, which was in no queue: the listener is there, and it is no child of Fast Open. */
static __always_inline bool is_thrown_away(struct sock *child, const struct followed *f)
{
	return bpf_map_lookup_elem(&listeners, &f->listener) &&
	       !READ_ADDRESS(child, tcp_sock, fastopen_rsk);
}

#define STATE(state) (1U << (state))

/* The others tell nothing. One test, not one a state: the verifier goes each way by itself. */
static __always_inline bool is_step(int old, int new)
{
	const __u32 from = STATE(TCP_LISTEN) | STATE(TCP_SYN_RECV);
	const __u32 to = STATE(TCP_SYN_SENT) | STATE(TCP_LISTEN) | STATE(TCP_ESTABLISHED) |
			 STATE(TCP_FIN_WAIT1) | STATE(TCP_CLOSE_WAIT) | STATE(TCP_CLOSE);

	return (from >> old | to >> new) & 1;
}

static __always_inline int state_changed(struct sock *sk, int old, int new)
{
	struct followed *f;
	__u64 id;

	if (old == TCP_LISTEN && new == TCP_SYN_RECV) {
		child_born(sk);
		return 0;
	}
	if (old == TCP_LISTEN)
		listener_forget(sk, inet_id(sk));
	if (old == TCP_SYN_RECV) {
		f = child_identified(sk, &id);
		if (!f && new == TCP_ESTABLISHED)
			f = follow_server_end(sk, id);
	} else if (new == TCP_SYN_SENT || new == TCP_LISTEN) {
		f = follow_caller(sk, new, &id);
	} else {
		id = sock_id(sk);
		f = socket_followed(id);
	}
	if (!f)
		return 0;
	f->over = new == TCP_CLOSE;
	if (old == TCP_SYN_RECV && new == TCP_CLOSE && is_thrown_away(sk, f)) {
		socket_remove(id);
		return 0;
	}
	if (old == TCP_SYN_SENT && new == TCP_ESTABLISHED)
		client_established(sk, f);
	/* before what follows it: at its accept() a client that has closed may be forgotten */
	if (f->handshake.established_ns)
		established_report(sk, id, f);
	if (step_wait(sk, id, f, old, new))
		return 0;
	if (new == TCP_CLOSE)
		runs_report(id, f);
	step_report(sk, id, f, old, new);
	if (new == TCP_CLOSE && (f->released || !config.release))
		socket_remove(id);
	return 0;
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(on_state, struct sock *sk, int old, int new)
{
	if (SOCK(sk, sk_protocol) != IPPROTO_TCP)
		return 0;
	begin(sk, new); /* also of what tells nothing: the kernel counts skips of that too */
	return is_step(old, new) ? state_changed(sk, old, new) : 0;
}

/* Attached after it. */
SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(on_state_skipped, struct sock *sk, int old, int new)
{
	if (SOCK(sk, sk_protocol) != IPPROTO_TCP || !is_undone(sk, new))
		return 0;
	return is_step(old, new) ? state_changed(sk, old, new) : 0;
}

static __always_inline int tcp_report(struct sock *sk, __u8 event)
{
	__u64 id = sock_id(sk);
	struct followed *f = socket_followed(id);
	struct st_tcp *r;

	if (!f)
		return 0;
	steps_report(sk, id, f);
	if (!RECORD_RESERVE(ST_TCP, ST_LOSS_STATE, r))
		return 0;
	sock_fill(&r->sock, sk, id, f->flags);
	r->event = event;
	if (sock_wanted(&r->sock))
		record_submit(r);
	else
		bpf_ringbuf_discard(r, BPF_RB_NO_WAKEUP);
	return 0;
}

SEC("tp_btf/tcp_retransmit_skb")
int BPF_PROG(on_retransmit, struct sock *sk)
{
	return tcp_report(sk, ST_TCP_RETRANSMIT);
}

/* A child whose listener went before anybody accepted it: this reset is the last of it. */
static __always_inline void orphan_forget(struct sock *sk)
{
	__u64 id = sock_id(sk);
	struct followed *f = socket_followed(id);

	if (f && f->listener && SOCK(sk, __sk_common.skc_state) == TCP_CLOSE &&
	    !SOCK(sk, sk_socket) && !socket_followed(f->listener))
		socket_remove(id);
}

/* A reset in answer to a segment of no socket comes with none: not ours. Some kernels (6.10 to
 * 6.12) do that and yet vouch for the pointer: they would take a test for NULL out. */
SEC("tp_btf/tcp_send_reset")
int BPF_PROG(on_reset_sent, struct sock *given)
{
	struct sock *sk = sock_at((__u64)given);

	tcp_report(sk, ST_TCP_RESET_SENT);
	orphan_forget(sk);
	return 0;
}

SEC("tp_btf/tcp_receive_reset")
int BPF_PROG(on_reset_received, struct sock *sk)
{
	return tcp_report(sk, ST_TCP_RESET_RECEIVED);
}

SEC("tp_btf/tcp_retransmit_synack")
int BPF_PROG(on_synack_retransmit, struct sock *sk, struct request_sock *req)
{
	__u64 id = sock_id(sk);
	struct followed *f = socket_followed(id);
	struct st_tcp *r;

	if (!f || !RECORD_RESERVE(ST_TCP, ST_LOSS_STATE, r))
		return 0;
	sock_fill(&r->sock, sk, id, f->flags);
	r->event = ST_TCP_SYNACK_RETRANSMIT;
	r->sock.peer_port = bpf_ntohs(FIELD(req, __req_common.skc_dport));
	if (r->sock.v4)
		*(__u32 *)r->sock.peer = FIELD(req, __req_common.skc_daddr);
	else
		FIELD_IN6(r->sock.peer, req, __req_common.skc_v6_daddr);
	if (sock_wanted(&r->sock))
		record_submit(r);
	else
		bpf_ringbuf_discard(r, BPF_RB_NO_WAKEUP);
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * Sends and receives, by whatever call: counted into runs, and those that move nothing too. On
 * kernels before 6.3, which lack sock_send_length and sock_recv_length, the functions below them
 * are hooked.
 */
#include "pending.h"
#include "run.h"
#include "sock.h"
#include "step.h"
#include "target.h"

#include <bpf/bpf_tracing.h>

/* Tells of the socket as it is now, found through no fd. False: it is not wanted. */
static __always_inline bool seen_report(struct sock *sk, __u64 id, __u8 flags)
{
	struct st_seen *r;

	if (!RECORD_RESERVE(ST_SEEN, ST_LOSS_CALL, r))
		return false;
	sock_fill(&r->sock, sk, id, flags);
	r->pid = bpf_get_current_pid_tgid() >> 32;
	r->fd = -1;
	bpf_get_current_comm(r->comm, sizeof(r->comm));
	if (!sock_wanted(&r->sock)) {
		bpf_ringbuf_discard(r, BPF_RB_NO_WAKEUP);
		return false;
	}
	record_submit(r);
	return true;
}

/* What stays in the queue, and what comes back from the error queue: it was sent from here. */
#define MSG_NOT_DATA (MSG_PEEK | MSG_ERRQUEUE)

/* What targets had open has been told. User space sets it. */
bool looked_around;

/* First use of a socket that nobody announced: it came over a UNIX socket or by io_uring. Not of
 * one that is about to be: its listener, which says whose end it is, is to be told before it. */
static __always_inline struct followed *adopt(struct sock *sk, __u64 *id)
{
	struct st_sock s = {};

	if (!looked_around || !is_target(bpf_get_current_pid_tgid() >> 32))
		return NULL;
	sock_fill(&s, sk, 0, 0);
	if (!sock_wanted(&s))
		return NULL;
	if (SOCK(sk, __sk_common.skc_family) != AF_UNIX && config.cookies)
		*id = bpf_get_socket_cookie(sk);
	return *id && seen_report(sk, *id, 0) ? socket_follow(sk, *id, 0) : NULL;
}

static __always_inline struct followed *followed_of(struct sock *sk, __u64 *id)
{
	struct followed *f;

	if (SOCK(sk, sk_protocol) == IPPROTO_MPTCP) {
		*id = sock_id(mptcp_or_self(sk));
		return socket_followed(*id);
	}
	*id = sock_id(sk);
	f = socket_followed(*id);
	return f ? f : adopt(sk, id);
}

/* The first datagram with a peer is told at once, and from which port it went: only
 * then can the other end be recognised when its record comes. */
static __always_inline void datagram_first(struct sock *sk, __u64 id, struct followed *f,
					   struct run *run, __u8 direction)
{
	struct run_peer *peer = &f->peer[direction];

	if (SOCK(sk, sk_protocol) != IPPROTO_UDP || (!peer->is_new && run->calls > 1))
		return;
	if (f->run[ST_SEND].calls + f->run[ST_RECV].calls == 1)
		seen_report(sk, id, f->flags);
	peer->is_new = 0;
	run_report(id, f, direction);
}

/* Not that there was nothing to receive, no room to send, or a signal: event loops ask and see. */
static __always_inline bool is_told(__s64 ret)
{
	return !ret || (ret < 0 && ret != -EAGAIN && ret != -EINTR && ret > -ERESTARTSYS);
}

/* 0 was returned because the stream has ended, not for want of a buffer. Of targets' alone: a
 * server's clients come to it once each. */
static __always_inline bool is_end(struct sock *sk, const struct followed *f, __u32 direction)
{
	return direction == ST_RECV && !(f->flags & ST_SOCK_PEER) &&
	       SOCK(sk, sk_type) != SOCK_DGRAM && SOCK(sk, sk_shutdown) & RCV_SHUTDOWN;
}

/* A call that moved nothing: one of those before, if they were like it. They are told when they
 * are over, or a second long. A function of its own: it is rare. */
__noinline int empty_note(__u64 address, int ret, __u32 direction)
{
	struct sock *sk = mptcp_or_self(sock_at(address));
	__u64 id = sock_id(sk), now = bpf_ktime_get_ns();
	struct followed *f = socket_followed(id);

	if (!f || (!ret && !is_end(sk, f, direction)))
		return 0;
	if (f->empty.ret != ret || f->empty.direction != direction ||
	    now - f->empty.first_ns > RUN_LONG_NS)
		empty_report(id, f);
	if (f->empty.calls == f->empty.told) {
		f->empty.first_ns = now;
		f->empty.ret = ret;
		f->empty.direction = direction;
	}
	f->empty.last_ns = now;
	f->empty.by = bpf_get_current_pid_tgid();
	__sync_fetch_and_add(&f->empty.calls, 1);
	f->has_empty = 1;
	pending_note(id, f);
	return 0;
}

static __always_inline int on_data(struct sock *sk, __s64 bytes, __u8 direction)
{
	struct run *run, *other;
	struct followed *f;
	__u64 id, now;

	if (bytes <= 0)
		return is_told(bytes) ? empty_note(pointer_of(sk), bytes, direction) : 0;
	f = followed_of(sk, &id);
	if (!f)
		return 0;
	if (SOCK(sk, sk_protocol) == IPPROTO_UDP)
		f->udp = 1;
	run = &f->run[direction & 1];
	other = &f->run[!(direction & 1)];
	now = bpf_ktime_get_ns();
	if (other->first_ns)
		run_end(id, f, !direction);
	if (run->first_ns &&
	    (now - run->last_ns > RUN_PAUSE_NS || now - run->first_ns > RUN_LONG_NS))
		run_end(id, f, direction);
	__sync_fetch_and_add(&run->bytes, bytes); /* first: who reports the call has its bytes */
	__sync_fetch_and_add(&run->calls, 1);
	f->by = bpf_get_current_pid_tgid();
	run->last_ns = now;
	if (!run->first_ns) {
		/* by io_uring or a 32-bit call: no record of an accept() or connect() will tell */
		if (f->handshake.established_ns)
			established_report(sock_at(f->sock), id, f);
		run->first_ns = now;
		pending_note(id, f);
	}
	datagram_first(sk, id, f, run, direction);
	return 0;
}

SEC("tp_btf/sock_send_length")
int BPF_PROG(on_send, struct sock *sk, int ret, int flags)
{
	return on_data(sk, ret, ST_SEND);
}

SEC("tp_btf/sock_recv_length")
int BPF_PROG(on_recv, struct sock *sk, int ret, int flags)
{
	return flags & MSG_NOT_DATA ? 0 : on_data(sk, ret, ST_RECV);
}

/* Before 6.3. A seqpacket socket passes through the stream's send and the datagram's receive. */
#define DATA_SEND(function)                                                                        \
	SEC("fexit/" #function)                                                                    \
	int BPF_PROG(on_##function, struct socket *socket, void *msg, __u64 size, int ret)         \
	{                                                                                          \
		return on_data(socket->sk, ret, ST_SEND);                                          \
	}
#define DATA_RECV(function)                                                                        \
	SEC("fexit/" #function)                                                                    \
	int BPF_PROG(on_##function, struct socket *socket, void *msg, __u64 size, int flags,       \
		     int ret)                                                                      \
	{                                                                                          \
		return flags & MSG_NOT_DATA ? 0 : on_data(socket->sk, ret, ST_RECV);               \
	}

DATA_SEND(inet_sendmsg)
DATA_SEND(inet6_sendmsg)
DATA_SEND(unix_stream_sendmsg)
DATA_SEND(unix_dgram_sendmsg)
DATA_RECV(inet_recvmsg)
DATA_RECV(inet6_recvmsg)
DATA_RECV(unix_stream_recvmsg)
DATA_RECV(unix_dgram_recvmsg)

/* sendfile(), which became a sendmsg in 6.5. */
SEC("fexit/inet_sendpage")
int BPF_PROG(on_inet_sendpage, struct socket *socket, void *page, int offset, __u64 size, int flags,
	     __s64 ret)
{
	return on_data(socket->sk, ret, ST_SEND);
}

/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * Steps of a TCP socket from state to state. The SYN and each FIN are mostly followed by
 * another step within microseconds, and the end of the handshake by the return of connect() or
 * accept(): they wait for that, and are told in its record.
 */
#pragma once

#include "pending.h"
#include "release.h"
#include "run.h"
#include "sock.h"

/* What waited goes with this record. */
static __always_inline void step_take(struct st_state *r, struct followed *f)
{
	struct st_handshake *h = &f->handshake;

	r->queued_ns = h->queued_ns;
	r->depth = h->depth;
	r->limit = h->limit;
	r->syn_ns = h->syn_ns;
	r->pid = h->pid;
	r->tid = h->tid;
	h->syn_ns = 0;
	h->pid = h->tid = 0;
	if (r->new != TCP_CLOSE)
		return;
	r->fin_sent_ns = f->fin_sent_ns;
	r->fin_received_ns = f->fin_received_ns;
	f->fin_sent_ns = 0;
	f->fin_received_ns = 0;
}

static __always_inline void step_submit(struct st_state *r)
{
	if (sock_wanted(&r->sock)) {
		record_submit(r);
		return;
	}
	socket_unfollow(&r->sock);
	bpf_ringbuf_discard(r, BPF_RB_NO_WAKEUP);
}

static __always_inline void step_report(struct sock *sk, __u64 id, struct followed *f, int old,
					int new)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct st_state *r;

	if (!RECORD_RESERVE(ST_STATE, ST_LOSS_STATE, r))
		return;
	sock_fill(&r->sock, sk, id, f->flags);
	r->sock.state = new;
	r->old = old;
	r->new = new;
	r->err = SOCK(sk, sk_err);
	r->listener = f->listener;
	r->written = READ(sk, tcp_sock, write_seq);
	r->copied = READ(sk, tcp_sock, copied_seq);
	if (new == TCP_ESTABLISHED) {
		r->local_isn = READ(sk, tcp_sock, snd_una) - 1;
		r->peer_isn = READ(sk, tcp_sock, rcv_nxt) - 1;
	}
	step_take(r, f);
	if (new == TCP_LISTEN) {
		r->pid = pid_tgid >> 32;
		r->tid = pid_tgid;
	}
	step_submit(r);
}

/* --- steps that wait ------------------------------------------------------------ */

/* Whether the record of a call is on its way: of the connect() that we are in, or of the accept()
 * from a queue with room, which is soon, or else the next pass over what is pending tells. */
static __always_inline bool is_joining(const struct followed *f, int old)
{
	const struct st_handshake *h = &f->handshake;

	if (old == TCP_SYN_SENT)
		return h->tid && h->tid == (__u32)bpf_get_current_pid_tgid();
	return old == TCP_SYN_RECV && f->listener && !st_queue_is_crowded(h->depth + 1, h->limit);
}

static __always_inline void established_wait(struct sock *sk, struct followed *f)
{
	struct st_handshake *h = &f->handshake;

	h->written = READ(sk, tcp_sock, write_seq);
	h->copied = READ(sk, tcp_sock, copied_seq);
	h->local_isn = READ(sk, tcp_sock, snd_una) - 1;
	h->peer_isn = READ(sk, tcp_sock, rcv_nxt) - 1;
	/* a child's time is that of its birth, moments ago */
	h->established_ns = h->queued_ns ? h->queued_ns : bpf_ktime_get_ns();
}

/* Whether this step can be told later: by the next one, by a call, or by steps_report(). */
static __always_inline bool step_wait(struct sock *sk, __u64 id, struct followed *f, int old,
				      int new)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();

	if (new == TCP_SYN_SENT) {
		f->handshake.pid = pid_tgid >> 32;
		f->handshake.tid = pid_tgid;
		f->handshake.syn_ns = bpf_ktime_get_ns();
	} else if (new == TCP_ESTABLISHED) {
		if (!is_joining(f, old))
			return false;
		established_wait(sk, f);
	} else if (old == TCP_SYN_RECV) {
		return false;
	} else if (new == TCP_FIN_WAIT1) {
		f->fin_sent_ns = bpf_ktime_get_ns();
	} else if (new == TCP_CLOSE_WAIT) {
		f->fin_received_ns = bpf_ktime_get_ns();
	} else {
		return false;
	}
	pending_note(id, f);
	return true;
}

/* A call and the pass over what is pending may both be about to tell of the handshake's end. Where
 * each leaves it to the other, it is still pending. */
static __always_inline bool handshake_claim(struct followed *f)
{
	if (!f->handshake.established_ns || !claim(&f->handshake_claims))
		return false;
	if (*(volatile __u64 *)&f->handshake.established_ns)
		return true;
	unclaim(&f->handshake_claims);
	return false;
}

/* It has been told. */
static __always_inline void handshake_end(struct followed *f)
{
	f->handshake.established_ns = 0;
	f->handshake.syn_ns = 0;
	f->handshake.tid = 0;
	unclaim(&f->handshake_claims);
}

/* The call that ends the handshake takes what waited of it along. */
static __always_inline void handshake_take(struct st_handshake *out, struct followed *f)
{
	if (!handshake_claim(f))
		return;
	*out = f->handshake;
	handshake_end(f);
}

/* One that has waited, told by itself. Rare, and in many programs: a function of its own. */
static __noinline int step_report_late(struct sock *sk, __u64 id, struct followed *f, __u8 new,
				       __u64 *waited_ns)
{
	__u64 since_ns = *waited_ns;
	struct st_state *r;

	if (!since_ns || !RECORD_RESERVE(ST_STATE, ST_LOSS_STATE, r))
		return 0;
	*waited_ns = 0;
	r->h.ts_ns = since_ns;
	sock_fill(&r->sock, sk, id, f->flags);
	r->old = new == TCP_SYN_SENT ? TCP_CLOSE : TCP_ESTABLISHED;
	r->new = new;
	if (new == TCP_SYN_SENT) {
		r->pid = f->handshake.pid;
		r->tid = f->handshake.tid;
		f->handshake.tid = 0; /* its connect() may have returned: see is_joining() */
	}
	step_submit(r);
	return 0;
}

/* The same of the handshake's end. A function of its own: many ways lead here. */
static __noinline int established_report(struct sock *sk, __u64 id, struct followed *f)
{
	struct st_handshake *h = &f->handshake;
	struct st_state *r;

	if (!handshake_claim(f))
		return 0;
	if (!RECORD_RESERVE(ST_STATE, ST_LOSS_STATE, r)) {
		handshake_end(f);
		return 0;
	}
	r->h.ts_ns = h->established_ns;
	sock_fill(&r->sock, sk, id, f->flags);
	r->listener = f->listener;
	r->old = f->listener ? TCP_SYN_RECV : TCP_SYN_SENT;
	r->new = TCP_ESTABLISHED;
	r->local_isn = h->local_isn;
	r->peer_isn = h->peer_isn;
	r->written = h->written;
	r->copied = h->copied;
	step_take(r, f);
	handshake_end(f);
	step_submit(r);
	return 0;
}

/* Those that wait are told now. */
static __always_inline void steps_report(struct sock *sk, __u64 id, struct followed *f)
{
	established_report(sk, id, f);
	step_report_late(sk, id, f, TCP_SYN_SENT, &f->handshake.syn_ns);
	step_report_late(sk, id, f, TCP_FIN_WAIT1, &f->fin_sent_ns);
	step_report_late(sk, id, f, TCP_CLOSE_WAIT, &f->fin_received_ns);
}

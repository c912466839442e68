/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * Steps of a TCP socket from state to state. Three of them are mostly followed by
 * another one within microseconds, and wait for it to tell of both: a record less
 * for the SYN and for each FIN.
 */
#pragma once

#include "pending.h"
#include "run.h"
#include "sock.h"

static __always_inline void step_seqs(struct st_state *r, struct sock *sk)
{
	r->written = READ(sk, tcp_sock, write_seq);
	r->copied = READ(sk, tcp_sock, copied_seq);
	if (r->new != TCP_ESTABLISHED)
		return;
	r->local_isn = READ(sk, tcp_sock, snd_una) - 1;
	r->peer_isn = READ(sk, tcp_sock, rcv_nxt) - 1;
}

/* What waited goes with this record. */
static __always_inline void step_take(struct st_state *r, struct followed *f)
{
	r->syn_ns = f->syn_ns;
	r->pid = f->syn_by >> 32;
	r->tid = f->syn_by;
	f->syn_ns = 0;
	f->syn_by = 0;
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
	r->queued_ns = f->queued_ns;
	r->depth = f->depth;
	r->limit = f->limit;
	step_seqs(r, sk);
	step_take(r, f);
	if (new == TCP_LISTEN) {
		r->pid = pid_tgid >> 32;
		r->tid = pid_tgid;
	}
	step_submit(r);
}

/* Whether this step can be told later: by the next one, or by steps_report(). */
static __always_inline bool step_wait(__u64 id, struct followed *f, int old, int new)
{
	if (new == TCP_SYN_SENT) {
		f->syn_by = bpf_get_current_pid_tgid();
		f->syn_ns = bpf_ktime_get_ns();
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

/* One that has waited, told by itself. */
static __always_inline void step_report_late(struct sock *sk, __u64 id, struct followed *f,
					     __u8 old, __u8 new, __u64 *waited_ns)
{
	__u64 since_ns = *waited_ns;
	struct st_state *r;

	if (!since_ns || !RECORD_RESERVE(ST_STATE, ST_LOSS_STATE, r))
		return;
	*waited_ns = 0;
	r->h.ts_ns = since_ns;
	sock_fill(&r->sock, sk, id, f->flags);
	r->old = old;
	r->new = new;
	if (new == TCP_SYN_SENT) {
		r->pid = f->syn_by >> 32;
		r->tid = f->syn_by;
	}
	step_submit(r);
}

/* Those that wait are told now. */
static __always_inline void steps_report(struct sock *sk, __u64 id, struct followed *f)
{
	step_report_late(sk, id, f, TCP_CLOSE, TCP_SYN_SENT, &f->syn_ns);
	step_report_late(sk, id, f, TCP_ESTABLISHED, TCP_FIN_WAIT1, &f->fin_sent_ns);
	step_report_late(sk, id, f, TCP_ESTABLISHED, TCP_CLOSE_WAIT, &f->fin_received_ns);
}

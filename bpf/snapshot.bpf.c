/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * What user space drives: the sockets that targets have open, and the runs that have been idle
 * for a while.
 */
#include "call.h"
#include "pending.h"
#include "seen.h"
#include "step.h"
#include "sweep.h"
#include "tuple.h"

#include <bpf/bpf_tracing.h>

#define IDLE_NS (20 * 1000 * 1000ULL)

#define MAX_WAITING 1024
#define WAITING_AT_ONCE 32

/* A connection that waits in the listener's queue; user space gave it its cookie. A function
 * of its own: it stands in a loop, and is verified once that way. */
__noinline int waiting_report(__u64 listener, __u64 address)
{
	struct sock *child = sock_at(address);
	__u64 id = sock_id(child);
	struct followed *f;
	struct st_seen *r;

	if (!id || socket_followed(id) || !RECORD_RESERVE(ST_SEEN, ST_LOSS_CALL, r))
		return 0;
	sock_fill(&r->sock, child, id, 0);
	r->listener = listener;
	r->fd = -1;
	r->written = READ(child, tcp_sock, write_seq);
	r->copied = READ(child, tcp_sock, copied_seq);
	if (!sock_wanted(&r->sock)) {
		bpf_ringbuf_discard(r, BPF_RB_NO_WAKEUP);
		return 0;
	}
	f = socket_follow(child, id, 0);
	if (f)
		f->listener = listener;
	if (is_local_tcp(&r->sock))
		tuple_note(&r->sock);
	record_submit(r);
	return 0;
}

/* The next few of the queue; the request after them, 0: that was all. */
__noinline __u64 waiting_few_report(__u64 listener, __u64 address)
{
	struct request_sock *request = (void *)address;

	for (int i = 0; i < WAITING_AT_ONCE && request; i++) {
		__u64 child = pointer_of(READ(request, request_sock, sk));

		if (child)
			waiting_report(listener, child);
		request = READ(request, request_sock, dl_next);
	}
	return pointer_of(request);
}

static __always_inline void waiting_children_report(struct sock *sk, __u64 id)
{
	__u64 request = READ_ADDRESS(sk, inet_connection_sock, icsk_accept_queue.rskq_accept_head);

	for (int i = 0; i < MAX_WAITING / WAITING_AT_ONCE && request; i++)
		request = waiting_few_report(id, request);
}

SEC("iter/task_file")
int snapshot_files(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	__u32 fd = ctx->fd; /* now: the compiler would put off the load, not its address */
	struct sock *sk = sock_at_hand(task, file);
	struct st_seen *r;
	bool listens;
	__u64 id;

	if (!sk || !is_target_task(task))
		return 0;
	id = sock_id(sk);
	if (!id)
		leave_out(ctx, task, fd, sk);
	r = seen_again && socket_followed(id) ? NULL : seen_begin(task, fd, sk, id, 0);
	if (!r)
		return 0;
	if (r->sock.state == TCP_LISTEN)
		listener_announce(pointer_of(sk));
	else if (is_local_tcp(&r->sock))
		tuple_note(&r->sock);
	listens = r->sock.state == TCP_LISTEN && r->sock.protocol == IPPROTO_TCP;
	seen_end(ctx, r);
	if (listens)
		waiting_children_report(sk, id);
	return 0;
}

/* A child that ended in the accept queue of a listener that has gone: nobody can accept or close
 * it any more. */
static __always_inline bool is_left_in_queue(__u64 id, const struct followed *f)
{
	struct sock *sk = sock_at(f->sock);

	return f->listener && !socket_followed(f->listener) &&
	       (sock_id(sk) != id || !SOCK(sk, sk_socket));
}

/* No hook tells of a UNIX socket's end but the close() of a target: a peer, dup2(), execve()
 * and exit() close too. One that has ended has lost its inode. Of TCP, the last close and the step
 * to CLOSE leave it to each other where they meet: what the next pass still finds has been left. */
static __always_inline bool is_gone(__u64 id, struct followed *f)
{
	if (id & ST_ID_UNIX)
		return f->sock && unix_id(sock_at(f->sock)) != id;
	if (!f->over || !(f->released || is_left_in_queue(id, f)))
		return false;
	return f->seen_gone++;
}

static __always_inline __u64 later(__u64 a, __u64 b)
{
	return a > b ? a : b;
}

/* A SYN without an answer, a handshake without its call, a FIN without the other one. */
static __always_inline void late_steps_report(__u64 id, struct followed *f, __u64 now)
{
	struct sock *sk = sock_at(f->sock);
	__u64 since_ns = later(later(f->handshake.syn_ns, f->handshake.established_ns),
			       later(f->fin_sent_ns, f->fin_received_ns));

	if (since_ns && (finishing || now - since_ns > IDLE_NS) && sock_id(sk) == id)
		steps_report(sk, id, f);
}

/* Runs without a call for a while, and those that have waited long enough for more. */
static __always_inline void idle_runs_report(__u64 id, struct followed *f, __u64 now)
{
	if (finishing || (now - f->run[ST_SEND].last_ns > IDLE_NS &&
			  now - f->run[ST_RECV].last_ns > IDLE_NS))
		runs_end(id, f);
	else if (now - f->runs.first_ns > IDLE_NS)
		runs_submit(id, f);
	/* signed: another CPU may have counted since `now` */
	if (finishing || (__s64)(now - f->empty.last_ns) > (__s64)IDLE_NS)
		empty_report(id, f);
}

static __always_inline bool has_more_to_tell(const struct followed *f)
{
	return f->ended || f->run[ST_SEND].first_ns || f->run[ST_RECV].first_ns || f->has_empty ||
	       f->handshake.syn_ns || f->handshake.established_ns || f->fin_sent_ns ||
	       f->fin_received_ns;
}

static __always_inline int look_at_socket(__u64 id, struct followed *f)
{
	__u64 now = bpf_ktime_get_ns();

	if (ring_is_filling()) {
		sweep_again = true;
		return 1;
	}
	idle_runs_report(id, f, now);
	late_steps_report(id, f, now);
	if (is_gone(id, f)) {
		runs_report(id, f);
		if (id & ST_ID_UNIX)
			release_report(id, 0);
		socket_remove(id);
	}
	return 0;
}

#define PLACES_AT_ONCE 64

/* Functions of their own: both stand in loops, and are verified once that way. */
__noinline int look_at_place(__u32 at)
{
	struct followed *f = bpf_map_lookup_elem(&sockets, &at);
	__u64 id = f ? f->id : 0;

	return id ? look_at_socket(id, f) : 0;
}

/* The next few. 1: the ring is filling. */
__noinline int look_at_few_places(__u32 first)
{
	for (__u32 i = 0; i < PLACES_AT_ONCE; i++) {
		__u32 at = (first + i) & config.sockets_mask;
		struct followed *f = bpf_map_lookup_elem(&sockets, &at);

		if (f && f->id && look_at_place(at))
			return 1;
	}
	return 0;
}

/* Where the next part of the table begins. */
__u32 sweep_at;

/* A part of it: all of it takes a millisecond or more, and nobody else has this CPU meanwhile. */
SEC("raw_tp/sys_enter")
int sweep_sockets(void *ctx)
{
	__u32 first = sweep_at;

	for (__u32 i = 0; i < ST_SWEEP_PLACES; i += PLACES_AT_ONCE)
		if (look_at_few_places(first + i))
			return 0;
	sweep_at = first + ST_SWEEP_PLACES;
	return 0;
}

/* More than there was room for: all sockets are to be gone through. */
bool pending_missed;

/* A function of its own: it stands in a loop, and is verified once that way. */
__noinline int look_at_pending(__u64 id)
{
	struct followed *f = socket_followed(id);
	__u64 now = bpf_ktime_get_ns();

	if (!f)
		return 0;
	f->pending = 0; /* first: what comes from now on is noted again */
	idle_runs_report(id, f, now);
	late_steps_report(id, f, now);
	if (has_more_to_tell(f))
		pending_note(id, f);
	return 0;
}

#define PENDING_AT_ONCE 64

/* The next few of a CPU's, up to `head`. 1: the ring is filling. */
__noinline int look_at_few_pending(__u32 cpu, __u64 head)
{
	struct pending *p = bpf_map_lookup_elem(&pendings, &cpu);

	if (!p)
		return 0;
	for (int i = 0; i < PENDING_AT_ONCE && p->tail != head; i++) {
		if (ring_is_filling()) {
			sweep_again = true;
			return 1;
		}
		look_at_pending(p->id[p->tail & (PENDING_MAX - 1)]);
		p->tail++; /* its place is free from now on */
	}
	return 0;
}

/* 1: the ring is filling. */
__noinline int look_at_pending_of(__u32 cpu)
{
	struct pending *p = bpf_map_lookup_elem(&pendings, &cpu);
	__u64 head = p ? p->head : 0; /* what is noted meanwhile waits for the next pass */

	if (!p)
		return 0;
	if (p->missed)
		pending_missed = true;
	p->missed = 0;
	for (int i = 0; i < PENDING_MAX / PENDING_AT_ONCE && p->tail != head; i++)
		if (look_at_few_pending(cpu, head))
			return 1;
	return 0;
}

SEC("raw_tp/sys_enter")
int sweep_pending(void *ctx)
{
	for (__u32 cpu = 0; cpu < MAX_CPUS && cpu < config.cpus; cpu++)
		if (look_at_pending_of(cpu))
			return 0;
	return 0;
}

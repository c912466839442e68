/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * A segment that has reached a followed listener, and what the kernel did with it. No
 * program sees that directly: a segment is handled to its end on one CPU before the next
 * one there, so what the CPU's counters rose by in the meantime is its outcome, exactly.
 */
#pragma once

#include "listener.h"

/* The counters that tell the outcomes apart. */
enum outcome {
	OUTCOME_OVERFLOW,
	OUTCOME_DROP,
	OUTCOME_SYN_QUEUE,
	OUTCOME_COOKIE,
	OUTCOME_COOKIE_BACK,
	OUTCOME_MAX,
};

struct attempt {
	__u64 number; /* odd, another one for each; the next even one while its end is told */
	__u64 claimed; /* the number of the one that is being told from elsewhere */
	__u64 barrier;
	__u64 listener; /* its id; 0: nothing is under way */
	__u64 sock;
	__u64 member; /* id of the member of its reuseport group that dropped it; 0: none of ours */
	__u64 statistics; /* of the namespace; with the counters: also when nothing is under way */
	__u64 counter[OUTCOME_MAX];
	__u64 began_ns; /* 0: not noted, no queue was full */
	__u32 depth, limit, syn_queue;
	__u32 netns;
	__u16 family, local_port, peer_port;
	__u8 v4;
	__u8 path; /* enum st_drop_path, once it is known */
	__u8 likelihood; /* that it was `member`: member_consider() */
	__u8 pad[3];
	__u32 ours; /* members of the group that are followed */
	__u64 local[2], peer[2]; /* the segment's, network order */
	/* where the last segment was addressed to, and the listener there, 0: none of ours */
	struct place place;
	__u64 owner;
	__u32 places_as_of; /* then `places_changed` */
} __attribute__((aligned(64)));

/* By CPU: an ordinary array, for the last one of a CPU is settled from elsewhere. One more
 * is for copying it there. It begins with a page: no two share a cache line. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, MAX_CPUS + 1); /* made as many as there are CPUs, and one */
	__type(key, __u32);
	__type(value, struct attempt);
} attempts SEC(".maps");

struct attempt_name {
	__u64 cpu, number;
};

/* Attempts that were told while their CPU might have done so too. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, struct attempt_name);
	__type(value, __u32);
} settled SEC(".maps");

/* Each CPU's stands at its number. */
static __always_inline struct attempt *attempt_at(__u32 slot)
{
	return bpf_map_lookup_elem(&attempts, &slot);
}

static __always_inline bool outcome_read(__u64 *out, __u64 statistics, __u32 cpu)
{
	__u64 counters = counters_of_cpu(statistics, cpu);

	if (!counters)
		return false;
	out[OUTCOME_OVERFLOW] = counter_read(counters, ST_COUNTER_LISTEN_OVERFLOWS);
	out[OUTCOME_DROP] = counter_read(counters, ST_COUNTER_LISTEN_DROPS);
	out[OUTCOME_SYN_QUEUE] = counter_read(counters, ST_COUNTER_REQ_Q_FULL_DROP);
	out[OUTCOME_COOKIE] = counter_read(counters, ST_COUNTER_SYNCOOKIES_SENT);
	out[OUTCOME_COOKIE_BACK] = counter_read(counters, ST_COUNTER_SYNCOOKIES_RECV);
	return true;
}

/* What the counters rose by since the attempt began. */
static __always_inline bool outcome_since(__u64 *out, const struct attempt *a, __u32 cpu)
{
	if (!outcome_read(out, a->statistics, cpu))
		return false;
	for (int i = 0; i < OUTCOME_MAX; i++)
		out[i] -= a->counter[i];
	return true;
}

/* 0: nothing was dropped. */
static __always_inline __u8 outcome_path(const __u64 *rose)
{
	if (rose[OUTCOME_OVERFLOW])
		return rose[OUTCOME_COOKIE_BACK] ? ST_DROP_ACK : ST_DROP_SYN;
	if (rose[OUTCOME_SYN_QUEUE])
		return ST_DROP_SYN_QUEUE;
	if (rose[OUTCOME_DROP])
		return ST_DROP_OTHER;
	return rose[OUTCOME_COOKIE] ? ST_DROP_COOKIE : 0;
}

static __always_inline bool is_full(struct sock *sk)
{
	return SOCK(sk, sk_ack_backlog) > SOCK(sk, sk_max_ack_backlog);
}

/* Is it this member's doing? Its own count of drops rose; a cookie is sent where the SYN queue
 * is full. */
static __always_inline bool is_doing_of(struct sock *sk, const struct listener *l, __u8 path)
{
	if (path == ST_DROP_COOKIE)
		return syn_queue_length(sk) >= SOCK(sk, sk_max_ack_backlog);
	return (__u32)SOCK(sk, sk_drops.counter) != l->drops;
}

/* Whether the i-th member of the listener's reuseport group is likelier to have done it than those
 * before: what it counts is nearly sure (strays count as drops too), that its accept queue is full
 * says less. This and the next are global functions, verified once. Question and answer lie in
 * the attempt, not in registers: the verifier would follow each value through the loop. */
__noinline int member_consider(__u32 slot, __u64 group, __u32 i)
{
	struct attempt *a = attempt_at(slot);
	struct sock *sk = group_member(group, i);
	__u64 id = inet_id(sk);
	struct listener *l = bpf_map_lookup_elem(&listeners, &id);
	__u8 likelihood;

	if (!a || !l)
		return 0;
	a->ours++;
	likelihood = 2 * is_doing_of(sk, l, a->path) + is_full(sk);
	if (likelihood <= a->likelihood)
		return 0;
	a->likelihood = likelihood;
	a->member = id;
	return 0;
}

/* The member of the listener's reuseport group whose doing it is. All that the kernel counted is
 * somebody's: where no member shows a sign any more, the one the segment was addressed to. */
__noinline int member_find(__u32 slot)
{
	struct attempt *a = attempt_at(slot);
	struct sock *sk = sock_at(a ? a->sock : 0);
	bool here = a && is_listener(sk, a->listener); /* or closed meanwhile */
	__u64 group = here ? READ_ADDRESS(sk, sock, sk_reuseport_cb) : 0, id;
	__u32 n = group_size(group);
	struct listener *l;

	if (!a)
		return 0;
	a->member = a->listener;
	a->ours = 0;
	a->likelihood = 0;
	for (__u32 i = 0; i < MAX_GROUP && i < n; i++)
		member_consider(slot, group, i);
	if (a->likelihood < 2 && a->ours < n)
		a->member = 0; /* of a process that is not traced */
	id = a->member;
	l = bpf_map_lookup_elem(&listeners, &id);
	if (l && a->path != ST_DROP_COOKIE)
		l->drops++;
	return 0;
}

/* Nothing is read of the listener: it may be gone by now. */
static __always_inline void drop_report(const struct attempt *a, __u64 listener, __u8 path,
					__u8 flags)
{
	struct st_drop *r;

	if (!RECORD_RESERVE(ST_DROP, ST_LOSS_STATE, r))
		return;
	r->h.ts_ns = a->began_ns;
	r->sock.id = listener;
	r->sock.netns = a->netns;
	r->sock.family = a->family;
	r->sock.type = SOCK_STREAM;
	r->sock.protocol = IPPROTO_TCP;
	r->sock.state = TCP_LISTEN;
	r->sock.v4 = a->v4;
	r->sock.local_port = a->local_port;
	r->sock.peer_port = a->peer_port;
	__builtin_memcpy(r->sock.local, a->local, sizeof(r->sock.local));
	__builtin_memcpy(r->sock.peer, a->peer, sizeof(r->sock.peer));
	r->depth = a->depth;
	r->limit = a->limit;
	r->syn_queue = a->syn_queue;
	r->path = path;
	r->flags = flags;
	if (sock_wanted(&r->sock))
		record_submit(r);
	else
		bpf_ringbuf_discard(r, BPF_RB_NO_WAKEUP);
}

/* The attempt, which stands in that slot, has ended with these counts. */
static __noinline int attempt_settle(struct attempt *a, __u32 slot, const __u64 *rose, __u8 path)
{
	__u8 flags = rose[OUTCOME_COOKIE_BACK] ? ST_DROP_WITH_COOKIE | ST_DROP_LAST_ACK : 0;

	a->path = path;
	member_find(slot);
	if (a->member)
		drop_report(a, a->member, a->path, flags);
	return 0;
}

/* Both its CPU and an iterator elsewhere may find out: the first one tells. */
static __always_inline bool attempt_contest(__u64 number, __u32 cpu)
{
	struct attempt_name name = {.cpu = cpu, .number = number};
	__u32 one = 1;

	return !bpf_map_update_elem(&settled, &name, &one, BPF_NOEXIST);
}

static __always_inline void attempt_number(struct attempt *a)
{
	a->number = (a->number + 2) | 1; /* first: who copies the rest looks at it again */
	barrier();
}

static __always_inline void attempt_at_listener(struct attempt *a, const struct listener *l)
{
	struct sock *sk = sock_at(l->sock);

	a->sock = l->sock;
	a->statistics = l->statistics;
	a->netns = l->place.netns;
	a->local_port = l->place.port;
	a->family = SOCK(sk, __sk_common.skc_family);
}

/* How full it is now, and from when on the counters are watched. */
static __always_inline void attempt_begin(struct attempt *a, __u64 id, __u32 cpu)
{
	struct sock *sk = sock_at(a->sock);

	a->depth = SOCK(sk, sk_ack_backlog);
	a->limit = SOCK(sk, sk_max_ack_backlog);
	a->syn_queue = syn_queue_length(sk);
	a->began_ns = a->depth > a->limit || a->syn_queue >= a->limit ? bpf_ktime_get_ns() : 0;
	if (outcome_read(a->counter, a->statistics, cpu))
		a->listener = id;
}

/* The CPU is about to handle another segment. */
static __always_inline void attempt_end(struct attempt *a, __u32 cpu)
{
	__u64 rose[OUTCOME_MAX], number = a->number;
	__u8 path;

	if (!a->listener)
		return;
	path = outcome_since(rose, a, cpu) ? outcome_path(rose) : 0;
	if (path) {
		__sync_fetch_and_add(&a->number, 1); /* before `claimed` is read */
		if (a->claimed != number || attempt_contest(number, cpu))
			attempt_settle(a, cpu, rose, path);
	}
	a->listener = 0;
}

/* The same from elsewhere, where the CPU has not begun another one since; `a` is the copy. */
static __always_inline void attempt_end_for(volatile struct attempt *now, struct attempt *a,
					    __u32 cpu)
{
	__u64 rose[OUTCOME_MAX];
	__u8 path = outcome_since(rose, a, cpu) ? outcome_path(rose) : 0;

	if (!path || !(a->number & 1) || a->claimed == a->number)
		return;
	now->claimed = a->number;
	__sync_fetch_and_add(&now->barrier, 1); /* before `number` is read */
	if (now->number == a->number && attempt_contest(a->number, cpu))
		attempt_settle(a, config.cpus, rose, path);
}

/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * The followed TCP listeners: where they can be reached, how they stand, and the
 * network namespaces they are in.
 */
#pragma once

#include "counters.h"
#include "emit.h"
#include "sock.h"

#define MAX_LISTENERS 16384
#define MAX_NETNS 1024
#define MAX_GROUP 64 /* members of a reuseport group that are looked through */
#define NETNS_PAUSE_NS (1000 * 1000 * 1000ULL) /* between two readings of a namespace */

/* Where a segment must be addressed to; device 0 and address 0 stand for any. */
struct place {
	__u32 netns, device;
	__u16 family, port;
	__u32 pad;
	__u64 address[2];
};

struct listener {
	__u64 sock;
	__u64 statistics; /* of its network namespace */
	struct place place;
	__u32 drops; /* sk_drops, as far as they are attributed */
	/* as last reported */
	__u32 depth, limit, syn_queue, sk_drops, drops_seen;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_LISTENERS);
	__type(key, __u64);
	__type(value, struct listener);
} listeners SEC(".maps");

/* A listener at a place: of a reuseport group, one of its members. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_LISTENERS);
	__type(key, struct place);
	__type(value, __u64);
} places SEC(".maps");

/* Each time that another listener may be at some place. */
__u32 places_changed;

static __always_inline void places_change(void)
{
	__sync_fetch_and_add(&places_changed, 1);
}

struct netns {
	__u64 net;
	__u64 listeners;
	__u64 read_ns;
	__u64 counter[ST_COUNTER_MAX]; /* as last reported */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_NETNS);
	__type(key, __u32);
	__type(value, struct netns);
} netnses SEC(".maps");

/* Namespaces that have a copy of on_lookup: user space enters them. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_NETNS);
	__type(key, __u32);
	__type(value, __u32);
} lookups SEC(".maps");

/* Drops that are seen in every namespace, as in struct st_listener: set by user space. */
__u32 drops_seen;

/* Some listener is bound to a device. */
bool devices;

static __always_inline __u32 syn_queue_length(struct sock *sk)
{
	return READ(sk, inet_connection_sock, icsk_accept_queue.qlen.counter);
}

/* The kernel notes how many SYN-ACKs it repeats, each after twice the time, at most 120 s. */
static __always_inline __u32 defer_accept_seconds(struct sock *sk)
{
	__u32 n = READ(sk, inet_connection_sock, icsk_accept_queue.rskq_defer_accept);

	return n <= 7 ? (1u << n) - 1 : 127 + (n - 7) * 120;
}

static __always_inline bool is_listener(struct sock *sk, __u64 id)
{
	return SOCK(sk, __sk_common.skc_state) == TCP_LISTEN && inet_id(sk) == id;
}

static __always_inline void place_of(struct place *place, struct sock *sk, const struct st_sock *s)
{
	place->netns = s->netns;
	place->device = SOCK(sk, __sk_common.skc_bound_dev_if);
	place->family = s->v4 ? AF_INET : s->family;
	place->port = s->local_port;
	__builtin_memcpy(place->address, s->local, sizeof(place->address));
	if (place->device)
		devices = true;
}

static __always_inline __u32 drops_seen_in(__u32 netns)
{
	__u32 syns = 1 << ST_DROP_SYN | 1 << ST_DROP_SYN_QUEUE | 1 << ST_DROP_OTHER |
		     1 << ST_DROP_COOKIE;

	return bpf_map_lookup_elem(&lookups, &netns) ? drops_seen | syns : drops_seen;
}

/* --- reuseport groups ----------------------------------------------------------- */

static __always_inline __u64 group_id(struct sock *sk)
{
	struct sock_reuseport *group = SOCK(sk, sk_reuseport_cb);

	return group ? pointer_id(group) : 0;
}

/* The members that share their socket's place: their number, 0 where it is alone. */
static __always_inline __u32 group_size(__u64 group)
{
	return group ? READ((void *)group, sock_reuseport, num_socks) : 0;
}

static __always_inline struct sock *group_member(__u64 group, __u32 i)
{
	__u64 socks = group + bpf_core_field_offset(struct sock_reuseport, socks);

	return sock_at(read_word((void *)(socks + i * sizeof(void *))));
}

/* --- readings ----------------------------------------------------------------- */

static __always_inline void listener_report(__u64 id, struct listener *l, bool always)
{
	struct sock *sk = sock_at(l->sock);
	struct net *net = SOCK(sk, __sk_common.skc_net.net);
	__u32 depth = SOCK(sk, sk_ack_backlog), limit = SOCK(sk, sk_max_ack_backlog);
	__u32 syn_queue = syn_queue_length(sk), drops = SOCK(sk, sk_drops.counter);
	__u32 seen = drops_seen_in(l->place.netns);
	struct st_listener *r;

	if (!always && depth == l->depth && limit == l->limit && syn_queue == l->syn_queue &&
	    drops == l->sk_drops && seen == l->drops_seen)
		return;
	if (!RECORD_RESERVE(ST_LISTENER, ST_LOSS_STATE, r))
		return;
	r->id = id;
	r->group = group_id(sk);
	r->depth = l->depth = depth;
	r->limit = l->limit = limit;
	r->syn_queue = l->syn_queue = syn_queue;
	r->sk_drops = l->sk_drops = drops;
	r->defer_accept_s = defer_accept_seconds(sk);
	r->netns = l->place.netns;
	r->drops_seen = l->drops_seen = seen;
	if (bpf_core_field_exists(net->ipv4.sysctl_tcp_migrate_req) &&
	    READ(net, net, ipv4.sysctl_tcp_migrate_req))
		r->flags |= ST_LISTENER_MIGRATES;
	record_submit(r);
}

static __always_inline void netns_settings(struct st_netns *r, struct net *net)
{
	r->somaxconn = READ(net, net, core.sysctl_somaxconn);
	r->max_syn_backlog = READ(net, net, ipv4.sysctl_max_syn_backlog);
	r->syncookies = READ(net, net, ipv4.sysctl_tcp_syncookies);
	r->abort_on_overflow = READ(net, net, ipv4.sysctl_tcp_abort_on_overflow);
	r->migrate_req = 0;
	if (bpf_core_field_exists(net->ipv4.sysctl_tcp_migrate_req))
		r->migrate_req = READ(net, net, ipv4.sysctl_tcp_migrate_req);
}

static __always_inline void netns_count(__u64 *sum, __u64 statistics)
{
	for (__u32 cpu = 0; cpu < MAX_CPUS && cpu < config.cpus; cpu++) {
		__u64 counters = counters_of_cpu(statistics, cpu);

		for (int i = 0; counters && i < ST_COUNTER_MAX; i++)
			sum[i] += counter_read(counters, i);
	}
}

static __always_inline void netns_report(__u32 inum, struct netns *netns, bool always)
{
	struct net *net = (void *)netns->net;
	__u64 sum[ST_COUNTER_MAX] = {};
	bool rose = false;
	struct st_netns *r;

	netns_count(sum, net_statistics(net));
	for (int i = 0; i < ST_COUNTER_MAX; i++)
		rose |= sum[i] != netns->counter[i];
	if ((!rose && !always) || !RECORD_RESERVE(ST_NETNS, ST_LOSS_STATE, r))
		return;
	r->netns = inum;
	netns_settings(r, net);
	for (int i = 0; i < ST_COUNTER_MAX; i++)
		r->counter[i] = netns->counter[i] = sum[i];
	record_submit(r);
}

/* --- following ---------------------------------------------------------------- */

static const struct netns netns_unread; /* not on the stack: there is little of it */

static __always_inline void netns_follow(__u32 inum, struct sock *sk)
{
	bool is_new = !bpf_map_update_elem(&netnses, &inum, &netns_unread, BPF_NOEXIST);
	struct netns *netns = bpf_map_lookup_elem(&netnses, &inum);

	if (!netns)
		return;
	netns->net = READ_ADDRESS(sk, sock, __sk_common.skc_net.net);
	if (is_new)
		netns_report(inum, netns, true);
	__sync_fetch_and_add(&netns->listeners, 1);
}

/* Its last listener is gone: the counters say no more of followed ones. */
static __always_inline void netns_forget(__u32 inum)
{
	struct netns *netns = bpf_map_lookup_elem(&netnses, &inum);

	if (!netns)
		return;
	if (netns->net)
		netns_report(inum, netns, true);
	__sync_fetch_and_add(&netns->listeners, -1);
	if (!netns->listeners)
		bpf_map_delete_elem(&netnses, &inum);
}

static __always_inline void listener_enter(struct sock *sk, __u64 id, const struct st_sock *s)
{
	struct listener l = {.sock = pointer_of(sk), .drops = SOCK(sk, sk_drops.counter)};

	l.statistics = net_statistics(SOCK(sk, __sk_common.skc_net.net));
	place_of(&l.place, sk, s);
	if (bpf_map_update_elem(&listeners, &id, &l, BPF_ANY) ||
	    bpf_map_update_elem(&places, &l.place, &id, BPF_ANY))
		loss_count(ST_LOSS_SOCKET_MAP);
	places_change();
}

/* A wanted TCP socket that listens: what is turned away at it is reported from now on. */
static __always_inline void listener_follow(struct sock *sk, __u64 id, const struct st_sock *s)
{
	if (s->protocol != IPPROTO_TCP || !s->local_port || bpf_map_lookup_elem(&listeners, &id))
		return;
	netns_follow(s->netns, sk); /* first: what is there of it is told before */
	listener_enter(sk, id, s);
}

/* The i-th member of its reuseport group takes the place of a listener that goes, if it is
 * followed. A global function: it stands in a loop, and is verified once that way. */
__noinline int place_take_over(__u64 id, __u64 group, __u32 i)
{
	struct listener *l = bpf_map_lookup_elem(&listeners, &id);
	__u64 member = inet_id(group_member(group, i));

	if (l && member != id && bpf_map_lookup_elem(&listeners, &member))
		bpf_map_update_elem(&places, &l->place, &member, BPF_ANY);
	return 0;
}

/* A function of its own, or the verifier goes on from every turn of the loop. */
static __noinline int place_hand_on(const struct place *place, struct sock *sk, __u64 id)
{
	__u64 group = READ_ADDRESS(sk, sock, sk_reuseport_cb), *there;
	__u32 n = group_size(group);

	there = bpf_map_lookup_elem(&places, place);
	if (!there || *there != id)
		return 0;
	bpf_map_delete_elem(&places, place);
	for (__u32 i = 0; i < MAX_GROUP && i < n; i++)
		place_take_over(id, group, i);
	return 0;
}

static __always_inline void listener_forget(struct sock *sk, __u64 id)
{
	struct listener *l = bpf_map_lookup_elem(&listeners, &id);
	struct place place;

	if (!l)
		return;
	listener_report(id, l, false);
	place = l->place;
	place_hand_on(&place, sk, id);
	bpf_map_delete_elem(&listeners, &id);
	places_change();
	netns_forget(place.netns);
}

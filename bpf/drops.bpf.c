/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * Whom the kernel turns away at a followed listener. A segment that no connection
 * claims comes by sk_lookup before it reaches its listener; the last ACK of a remembered
 * request does not, and is seen when its packet is freed.
 */
#include "attempt.h"
#include "destination.h"

#include <bpf/bpf_tracing.h>

/* The context gives an address in four loads of 32 bits. */
#define V6(out, words)                                                                             \
	do {                                                                                       \
		((__u32 *)(out))[0] = (words)[0];                                                  \
		((__u32 *)(out))[1] = (words)[1];                                                  \
		((__u32 *)(out))[2] = (words)[2];                                                  \
		((__u32 *)(out))[3] = (words)[3];                                                  \
	} while (0)

/* User space loads a copy of on_lookup for each network namespace, and writes its inode
 * number in place of this: nothing that the program is given tells where it runs. */
static __always_inline __u32 netns_of_program(void)
{
	__u32 inum;

	asm volatile("%0 = %1" : "=r"(inum) : "i"(ST_NETNS_PLACEHOLDER));
	return inum;
}

/* The listener at a place, on the segment's device first. */
static __always_inline __u64 *listener_at(struct place *place, __u32 device)
{
	__u64 *id;

	if (devices && device) {
		place->device = device;
		id = bpf_map_lookup_elem(&places, place);
		if (id)
			return id;
		place->device = 0;
	}
	return bpf_map_lookup_elem(&places, place);
}

static __always_inline bool takes_v4(__u64 id)
{
	struct listener *l = bpf_map_lookup_elem(&listeners, &id);
	struct sock *sk = l ? sock_at(l->sock) : NULL;

	return sk && !BPF_CORE_READ_BITFIELD_PROBED(sk, __sk_common.skc_ipv6only);
}

/* In the kernel's order: the address itself, any, and any of IPv6 where that takes IPv4. */
static __always_inline __u64 listener_for(struct place place, __u32 device)
{
	__u64 *id = listener_at(&place, device);
	bool v4 = place.family == AF_INET;

	if (id)
		return *id;
	place.address[0] = place.address[1] = 0;
	id = listener_at(&place, device);
	if (id || !v4)
		return id ? *id : 0;
	place.family = AF_INET6;
	id = listener_at(&place, device);
	return id && takes_v4(*id) ? *id : 0;
}

static __always_inline bool is_same_place(const struct place *a, const struct place *b)
{
	const __u64 *x = (const void *)a, *y = (const void *)b;

	return x[0] == y[0] && x[1] == y[1] && x[2] == y[2] && x[3] == y[3];
}

/* The segment's listener, 0: none of ours. Mostly it is that of the last segment on this CPU, and
 * that takes three look-ups less. */
static __always_inline __u64 attempt_owner(struct attempt *a, struct bpf_sk_lookup *ctx)
{
	__u32 device = bpf_core_field_exists(ctx->ingress_ifindex) ? ctx->ingress_ifindex : 0;
	__u32 as_of = *(volatile __u32 *)&places_changed;
	struct place place = {
		.netns = netns_of_program(), .family = ctx->family, .port = ctx->local_port};
	struct listener *l;

	if (ctx->family == AF_INET) {
		/* a load of its own: not one from either of two places */
		place.address[0] = *(volatile __u32 *)&ctx->local_ip4;
	} else {
		V6(place.address, ctx->local_ip6);
	}
	if (a->places_as_of == as_of && is_same_place(&a->place, &place) && !devices)
		return a->owner;
	a->place = place;
	a->places_as_of = as_of;
	a->owner = listener_for(place, device);
	l = bpf_map_lookup_elem(&listeners, &a->owner);
	if (l)
		attempt_at_listener(a, l);
	else
		a->owner = 0;
	return a->owner;
}

SEC("sk_lookup")
int on_lookup(struct bpf_sk_lookup *ctx)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct attempt *a;
	__u64 id;

	if (ctx->protocol != IPPROTO_TCP || !destinations_known)
		return SK_PASS;
	a = attempt_at(cpu);
	if (!a)
		return SK_PASS;
	attempt_end(a, cpu);
	attempt_number(a);
	id = attempt_owner(a, ctx);
	if (!id || !is_listener(sock_at(a->sock), id))
		return SK_PASS;
	a->peer_port = bpf_ntohs(ctx->remote_port);
	a->v4 = ctx->family == AF_INET;
	__builtin_memset(a->local, 0, 2 * sizeof(a->local));
	if (a->v4) {
		a->local[0] = ctx->local_ip4;
		a->peer[0] = ctx->remote_ip4;
	} else {
		V6(a->local, ctx->local_ip6);
		V6(a->peer, ctx->remote_ip6);
	}
	attempt_begin(a, id, cpu);
	return SK_PASS;
}

/* A segment's addresses, from its headers. */
static __always_inline void attempt_addresses(struct attempt *a, struct sk_buff *skb)
{
	unsigned char *head = READ(skb, sk_buff, head);
	unsigned char *ip = head + READ(skb, sk_buff, network_header);
	unsigned char *tcp = head + READ(skb, sk_buff, transport_header);
	__u8 version = 0;
	__be16 port = 0;

	bpf_probe_read_kernel(&version, sizeof(version), ip);
	bpf_probe_read_kernel(&port, sizeof(port), tcp);
	a->v4 = version >> 4 == 4;
	a->peer_port = bpf_ntohs(port);
	if (a->v4) {
		bpf_probe_read_kernel(a->peer, 4, ip + 12);
		bpf_probe_read_kernel(a->local, 4, ip + 16);
	} else {
		bpf_probe_read_kernel(a->peer, 16, ip + 8);
		bpf_probe_read_kernel(a->local, 16, ip + 24);
	}
}

/* The last ACK of a request that the listener remembered was dropped. What the CPU's counters
 * rose by for it is not the doing of an attempt that still waits for its outcome there. */
static __always_inline void ack_dropped(const struct listener *l, __u64 id, struct sk_buff *skb)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct attempt *a = attempt_at(cpu), ack = {};
	__u64 rose[OUTCOME_MAX], own = is_full(sock_at(l->sock));

	if (!a)
		return;
	attempt_at_listener(&ack, l);
	attempt_begin(&ack, id, cpu);
	attempt_addresses(&ack, skb);
	ack.began_ns = 0;
	if (a->listener && a->statistics == ack.statistics && outcome_since(rose, a, cpu)) {
		own = own && rose[OUTCOME_OVERFLOW];
		a->counter[OUTCOME_OVERFLOW] += own;
		a->counter[OUTCOME_DROP]++;
	}
	drop_report(&ack, id, own ? ST_DROP_ACK : ST_DROP_OTHER, ST_DROP_LAST_ACK);
}

/* Since 6.15 such a drop has a reason of its own, and since 6.11 the event names the listener. */
SEC("tp_btf/kfree_skb")
int BPF_PROG(on_ack_dropped, struct sk_buff *skb, void *location, int reason, struct sock *sk)
{
	struct listener *l;
	__u64 id;

	if ((__u32)reason != config.listen_overflow)
		return 0;
	id = inet_id(sock_at((__u64)sk)); /* of another drop it may be NULL */
	l = bpf_map_lookup_elem(&listeners, &id);
	if (l)
		ack_dropped(l, id, skb);
	return 0;
}

/* Before, the check of a request's last ACK is watched. Not what it calls to make the child: that
 * took a seventh argument in late releases, which programs could not attach to until 6.6. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct attempt);
} requests SEC(".maps");

SEC("fentry/tcp_check_req")
int BPF_PROG(on_request_check, struct sock *sk, struct sk_buff *skb)
{
	__u64 id = inet_id(sk);
	__u32 zero = 0;
	struct attempt *ack = bpf_map_lookup_elem(&requests, &zero);
	struct listener *l = bpf_map_lookup_elem(&listeners, &id);

	if (!ack || !l)
		return 0;
	attempt_at_listener(ack, l);
	attempt_begin(ack, id, bpf_get_smp_processor_id());
	return 0;
}

SEC("fexit/tcp_check_req")
int BPF_PROG(on_request_checked, struct sock *sk, struct sk_buff *skb)
{
	__u32 zero = 0, cpu = bpf_get_smp_processor_id();
	struct attempt *ack = bpf_map_lookup_elem(&requests, &zero);
	struct attempt *a = attempt_at(cpu);
	__u64 rose[OUTCOME_MAX];

	if (!ack || !a || !ack->listener)
		return 0;
	if (outcome_since(rose, ack, cpu) && rose[OUTCOME_DROP]) {
		if (a->statistics == ack->statistics) {
			a->counter[OUTCOME_OVERFLOW] += rose[OUTCOME_OVERFLOW];
			a->counter[OUTCOME_DROP] += rose[OUTCOME_DROP];
		}
		attempt_addresses(ack, skb);
		drop_report(ack, ack->listener,
			    rose[OUTCOME_OVERFLOW] ? ST_DROP_ACK : ST_DROP_OTHER, ST_DROP_LAST_ACK);
	}
	ack->listener = 0;
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * A followed end of a TCP connection by its addresses, to recognise the other end on this host.
 */
#pragma once

#include "destination.h"

struct tuple {
	__u32 netns_or_zero;
	__u16 local_port, peer_port;
	__u8 local[16], peer[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, MAX_PEERS); /* made larger where there are more sockets */
	__type(key, struct tuple);
	__type(value, __u64);
} tuples SEC(".maps");

/* Whether there is any. */
bool tuples_known;

static __always_inline void tuple_fill(struct tuple *t, const struct st_sock *s, bool mirrored)
{
	/* every network namespace has a loopback of its own */
	t->netns_or_zero = is_loopback(s->local, s->v4) ? s->netns : 0;
	t->local_port = mirrored ? s->peer_port : s->local_port;
	t->peer_port = mirrored ? s->local_port : s->peer_port;
	__builtin_memcpy(t->local, mirrored ? s->peer : s->local, 16);
	__builtin_memcpy(t->peer, mirrored ? s->local : s->peer, 16);
}

/* One that both ends of can be here. */
static __always_inline bool is_local_tcp(const struct st_sock *s)
{
	return s->protocol == IPPROTO_TCP && s->peer_port && is_local(s);
}

static __always_inline void tuple_note(const struct st_sock *s)
{
	struct tuple t = {};
	__u64 one = 1;

	tuple_fill(&t, s, false);
	bpf_map_update_elem(&tuples, &t, &one, BPF_ANY);
	tuples_known = true;
}

/* The other end was noted. */
static __always_inline bool is_other_end(const struct st_sock *s)
{
	struct tuple t = {};

	tuple_fill(&t, s, true);
	return bpf_map_lookup_elem(&tuples, &t);
}

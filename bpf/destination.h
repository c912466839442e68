/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * Where followed listeners can be reached: a client of this host that connects
 * there is followed as the other end.
 */
#pragma once

#include "sock.h"

static __always_inline bool is_loopback(const void *address, bool v4)
{
	const __u64 *word = address;

	return v4 ? *(const __u8 *)address == 127
		  : !word[0] && word[1] == bpf_cpu_to_be64(1); /* ::1 */
}

/* Whether there is any: most connections of a machine are not asked for more. */
bool destinations_known;

static __always_inline void destination_note(const struct destination *to)
{
	__u32 one = 1;

	bpf_map_update_elem(&destinations, to, &one, BPF_ANY);
	destinations_known = true;
}

static __always_inline bool is_destination(const struct st_sock *s)
{
	struct destination to = {.port = s->peer_port}, any;

	if (is_loopback(s->peer, s->v4))
		to.netns = s->netns;
	any = to;
	__builtin_memcpy(to.address, s->peer, sizeof(to.address));
	return bpf_map_lookup_elem(&destinations, &any) ||
	       bpf_map_lookup_elem(&destinations, &to);
}

/* A connection stays on this host: the source is then the destination's address, or
 * the destination is loopback's. */
static __always_inline bool is_local(const struct st_sock *s)
{
	const __u64 *local = (const void *)s->local, *peer = (const void *)s->peer;

	return is_loopback(s->peer, s->v4) || (local[0] == peer[0] && local[1] == peer[1]);
}

/* At a client's SYN: it goes to a target's listener, on this host. */
static __always_inline bool goes_to_target(struct sock *sk)
{
	struct st_sock s = {};

	if (!destinations_known)
		return false;
	sock_fill(&s, sk, 0, 0);
	return is_local(&s) && is_destination(&s);
}

/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * The table of followed sockets: two arrays rather than a hash map, for every event looks its
 * socket up, and an element of an array is found without a call. An id stands at its home or in
 * one of the places after it; what is known of its socket, at the same place of the other array.
 */
#pragma once

#include "state.h"

#define SOCKETS_NEAR 16 /* places that an id may stand in */
#define SOCKETS_PATIENCE 64 /* looks at a place that is being entered */

struct socket_place {
	__u64 id; /* 0: none, or it is being entered */
	__u32 claims; /* 0: free */
	__u32 pad;
};

/* Both are made as large as config.sockets_mask says. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct socket_place);
} socket_places SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct followed);
} sockets SEC(".maps");

/* Cookies and inodes are given out one after the other; addresses differ further up. */
static __always_inline __u32 socket_home(__u64 id)
{
	return id ^ id >> 11 ^ id >> 24;
}

/* The i-th place for an id, and its number. NULL only to the verifier. */
static __always_inline struct socket_place *socket_place(__u64 id, __u32 i, __u32 *at)
{
	*at = (socket_home(id) + i) & config.sockets_mask;
	return bpf_map_lookup_elem(&socket_places, at);
}

static __always_inline struct followed *socket_followed(__u64 id)
{
	struct socket_place *place;
	__u32 at;

	if (!id)
		return NULL;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < SOCKETS_NEAR; i++) {
		place = socket_place(id, i, &at);
		if (place && place->id == id)
			return bpf_map_lookup_elem(&sockets, &at);
	}
	return NULL;
}

/* Of several that try at once one takes the place, or none. No atomic operation of 5.10 returns
 * what it found: who adds first and looks then sees all who were before. */
static __always_inline bool socket_place_take(struct socket_place *place)
{
	volatile __u32 *claims = &place->claims;

	if (*claims)
		return false;
	__sync_fetch_and_add(&place->claims, 1);
	if (*claims == 1)
		return true;
	__sync_fetch_and_add(&place->claims, -1);
	return false;
}

/* A place that is taken and shows no id yet may become that of this very socket. */
static __always_inline bool socket_place_is_of(struct socket_place *place, __u64 id)
{
	volatile __u64 *there = &place->id;

#pragma clang loop unroll(disable)
	for (int i = 0; i < SOCKETS_PATIENCE && !*there; i++)
		if (!*(volatile __u32 *)&place->claims)
			break;
	return *there == id;
}

static __always_inline bool socket_place_enter(struct socket_place *place, __u32 at, __u64 id)
{
	struct followed *f;

	if (!socket_place_take(place))
		return false;
	f = bpf_map_lookup_elem(&sockets, &at);
	if (f)
		__builtin_memset(f, 0, __builtin_offsetof(struct followed, runs.run));
	barrier();
	*(volatile __u64 *)&place->id = id;
	return true;
}

/* The number of its place, entered now or before; -1: there is no room. Global, so that it is
 * verified once for each program. */
__noinline int socket_enter(__u64 id)
{
	struct socket_place *place;
	__u32 at;

#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < SOCKETS_NEAR; i++) {
		place = socket_place(id, i, &at);
		if (place && (place->id == id || socket_place_enter(place, at, id) ||
			      socket_place_is_of(place, id)))
			return at;
	}
	return -1;
}

static __always_inline void socket_remove(__u64 id)
{
	struct socket_place *place;
	__u32 at;

#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < SOCKETS_NEAR; i++) {
		place = socket_place(id, i, &at);
		if (!place || place->id != id)
			continue;
		place->id = 0;
		__sync_fetch_and_add(&place->claims, -1);
		return;
	}
}

/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * The table of followed sockets: an array rather than a hash map, for every event looks its
 * socket up, and an element of an array is found without a call. A socket stands at its id's home
 * or, where that was taken, in one of a few other places.
 */
#pragma once

#include "state.h"

#define SOCKETS_TRIES 16 /* places that an id may stand in */
#define SOCKETS_PATIENCE 64 /* looks at a place that is being entered */
#define REMOVAL 0x10000

/* Made as large as config.sockets_mask says. What can be mapped begins with a page, and so each
 * element with a cache line. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct followed);
} sockets SEC(".maps");

/* Cookies and inodes are given out one after the other, and added up no two in a row get the same
 * home, as mixed they would; addresses differ further up. */
static __always_inline __u32 socket_home(__u64 id)
{
	return id + (id >> 11) + (id >> 24);
}

/* Mixed: beside a home that is taken stand the ids that came with the one that took it. */
static __always_inline __u32 socket_elsewhere(__u64 id, __u32 i)
{
	id += i * 0x9e3779b97f4a7c15;
	return (id ^ id >> 30) * 0xbf58476d1ce4e5b9 >> 32;
}

/* The i-th place for an id, and its number. NULL only to the verifier. */
static __always_inline struct followed *socket_place(__u64 id, __u32 i, __u32 *at)
{
	*at = (i ? socket_elsewhere(id, i) : socket_home(id)) & config.sockets_mask;
	return bpf_map_lookup_elem(&sockets, at);
}

/* What stands in loops is verified once for each program where it is a global function. */

/* The number of the id's place; -1: it has none. */
__noinline int socket_find(__u64 id)
{
	struct followed *place;
	__u32 at;

#pragma clang loop unroll(disable)
	for (__u32 i = 0; id && i < SOCKETS_TRIES; i++) {
		place = socket_place(id, i, &at);
		if (place && place->id == id)
			return at;
	}
	return -1;
}

static __always_inline struct followed *socket_followed(__u64 id)
{
	struct followed *home;
	__u32 at;

	if (!id)
		return NULL;
	home = socket_place(id, 0, &at);
	if (!home || home->id == id)
		return home;
	if (!home->away)
		return NULL;
	at = socket_find(id);
	return bpf_map_lookup_elem(&sockets, &at);
}

/* Of several that try at once one gets it, or none. No atomic operation of 5.10 returns what it
 * found: who adds first and looks then sees all who were before. */
static __always_inline bool claim(__u32 *claims)
{
	if (*(volatile __u32 *)claims)
		return false;
	__sync_fetch_and_add(claims, 1);
	if (*(volatile __u32 *)claims == 1)
		return true;
	__sync_fetch_and_add(claims, -1);
	return false;
}

static __always_inline void unclaim(__u32 *claims)
{
	__sync_fetch_and_add(claims, -1);
}

/* All but the places of runs, which are cleared as they are taken. */
static __always_inline void followed_clear(struct followed *f)
{
	const __u32 first = offsetof(struct followed, sock);
	const __u32 places = offsetof(struct followed, runs.run);
	const __u32 rest = offsetof(struct followed, peer);

	__builtin_memset(&f->sock, 0, places - first);
	__builtin_memset(f->peer, 0, sizeof(*f) - rest);
}

static __always_inline bool socket_place_enter(struct followed *place, __u64 id,
					       struct followed *home)
{
	if (!claim(&place->claims))
		return false;
	followed_clear(place);
	if (place != home)
		__sync_fetch_and_add(&home->away, 1);
	barrier();
	*(volatile __u64 *)&place->id = id;
	return true;
}

/* A place that is claimed and shows no id yet: it may become that of this very socket. */
__noinline int socket_await(__u32 at, __u64 id)
{
	volatile struct followed *place = bpf_map_lookup_elem(&sockets, &at);

	if (!place)
		return 0;
#pragma clang loop unroll(disable)
	for (int i = 0; i < SOCKETS_PATIENCE && !place->id && place->claims; i++)
		;
	return place->id == id;
}

/* The number of its place, entered now or before; -1: there is no room. */
__noinline int socket_enter(__u64 id)
{
	struct followed *place, *home;
	__u32 at;
	int there = -1;

	home = socket_place(id, 0, &at);
	if (home && home->away)
		there = socket_find(id);
	if (!home || there >= 0)
		return there;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < SOCKETS_TRIES; i++) {
		place = socket_place(id, i, &at);
		if (place && (place->id == id || socket_place_enter(place, id, home) ||
			      (!place->id && socket_await(at, id))))
			return at;
	}
	return -1;
}

/* Of several that try at once one does it, or none: the pass over all will find the place. */
static __always_inline void socket_place_leave(struct followed *place, __u64 id,
					       struct followed *home)
{
	__sync_fetch_and_add(&place->claims, REMOVAL);
	if (*(volatile __u32 *)&place->claims / REMOVAL != 1 ||
	    *(volatile __u64 *)&place->id != id) {
		__sync_fetch_and_add(&place->claims, -REMOVAL);
		return;
	}
	*(volatile __u64 *)&place->id = 0;
	if (place != home)
		__sync_fetch_and_add(&home->away, -1);
	__sync_fetch_and_add(&place->claims, -REMOVAL - 1);
}

__noinline int socket_remove(__u64 id)
{
	struct followed *place, *home;
	__u32 at = socket_find(id);

	place = bpf_map_lookup_elem(&sockets, &at);
	home = socket_place(id, 0, &at);
	if (place && home)
		socket_place_leave(place, id, home);
	return 0;
}

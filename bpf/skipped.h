/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * Steps that would be lost. The kernel skips a program that an interrupt has caught in the middle,
 * for all of the hundreds of segments that it may bring. So there are two copies of the program:
 * the first notes what it begins, and the second, which runs next, does what it finds undone. That
 * is in the middle of one of them, never of both.
 */
#pragma once

#include "state.h"

/* Each CPU's on a cache line of its own. */
struct begun {
	__u64 sock;
	__u32 step; /* the state it goes to */
} __attribute__((aligned(64)));

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE); /* begins with a page */
	__uint(max_entries, MAX_CPUS); /* made as many as there are CPUs */
	__type(key, __u32);
	__type(value, struct begun);
} begun SEC(".maps");

__u64 steps_caught; /* by the second copy */

static __always_inline struct begun *begun_here(void)
{
	__u32 cpu = bpf_get_smp_processor_id();

	return bpf_map_lookup_elem(&begun, &cpu);
}

static __always_inline void begin(struct sock *sk, int step)
{
	struct begun *b = begun_here();

	if (!b)
		return;
	b->sock = (__u64)sk;
	b->step = step;
}

/* The first copy was skipped for this step. */
static __always_inline bool is_undone(struct sock *sk, int step)
{
	struct begun *b = begun_here();

	if (!b || (b->sock == (__u64)sk && b->step == (__u32)step))
		return false;
	__sync_fetch_and_add(&steps_caught, 1);
	return true;
}

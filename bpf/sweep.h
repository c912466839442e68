/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * Going through a map when user space says so. Two ways: a program that user space runs
 * (the helper it takes is of 5.13), and an iterator, which some kernels refuse to load.
 */
#pragma once

#include "state.h"

/* A pass that was broken off lest the ring overflow: what it has told it does not tell again. */
bool sweep_again;

static __always_inline bool ring_is_filling(void)
{
	return bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) >
	       bpf_ringbuf_query(&ring, BPF_RB_RING_SIZE) / 2;
}

/* Calls `each(key, value)` for every entry of `map`: sweep_NAME and iter_NAME. 1 from it ends the
 * pass. To 5.10 what an iterator is given is no map value: helpers refuse it. */
#define SWEEP(name, map, key_type, value_type, each)                                               \
	static long each_of_##name(void *_map, key_type *key, value_type *value, void *context)    \
	{                                                                                          \
		return each(*key, value);                                                          \
	}                                                                                          \
	SEC("raw_tp/sys_enter")                                                                    \
	int sweep_##name(void *ctx)                                                                \
	{                                                                                          \
		bpf_for_each_map_elem(&map, each_of_##name, NULL, 0);                              \
		return 0;                                                                          \
	}                                                                                          \
	SEC("iter/bpf_map_elem")                                                                   \
	int iter_##name(struct bpf_iter__bpf_map_elem *ctx)                                        \
	{                                                                                          \
		key_type *at = ctx->key, key;                                                      \
		value_type *value;                                                                 \
                                                                                                   \
		if (!at)                                                                           \
			return 0;                                                                  \
		key = *at;                                                                         \
		value = bpf_map_lookup_elem(&map, &key);                                           \
		if (value)                                                                         \
			each(key, value);                                                          \
		return 0;                                                                          \
	}

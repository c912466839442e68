/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * Writing records into the ring. Every record that finds no room is counted.
 */
#pragma once

#include "state.h"

#define WAKE_PAUSE_NS (10 * 1000 * 1000ULL)
#define FILL_LOOKS 16 /* one record in so many looks how full the ring is */

/* The next record shall wake user space. */
bool wake_wanted;
__u64 wake_wanted_ns; /* when it was last asked for */

/* Something that user space should look at before it is over. */
static __always_inline void wake_soon(__u64 now)
{
	if (now - wake_wanted_ns < WAKE_PAUSE_NS)
		return;
	wake_wanted_ns = now;
	wake_wanted = true;
}

/* User space looks at the ring by itself, every 40 ms or more often: it is woken only
 * when the ring fills or was asked to be, because a wake-up per record costs more than the
 * record. Which records look how full it is, the last digits of their times decide. */
static __always_inline __u64 ring_flags(__u64 ts_ns)
{
	if (wake_wanted) {
		wake_wanted = false;
		return BPF_RB_FORCE_WAKEUP;
	}
	if (ts_ns % FILL_LOOKS ||
	    bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) <= config.wakeup_bytes)
		return BPF_RB_NO_WAKEUP;
	return BPF_RB_FORCE_WAKEUP;
}

/* A zeroed record with its header, or NULL and a count. `size` is a constant. */
static __always_inline void *record_reserve(enum st_type type, __u32 size, enum st_loss loss)
{
	struct st_header *h = bpf_ringbuf_reserve(&ring, size, 0);

	if (!h) {
		loss_count(loss);
		return NULL;
	}
	__builtin_memset(h, 0, sizeof(*h));
	h->type = type;
	h->size = size;
	h->cpu = bpf_get_smp_processor_id();
	return h;
}

/* Cleared by words: the compiler knows nothing of the ring's alignment and would go by bytes. */
#define RECORD_RESERVE(type, loss, pointer)                                                        \
	({                                                                                         \
		(pointer) = record_reserve(type, sizeof(*(pointer)), loss);                        \
		if (pointer)                                                                       \
			__builtin_memset(                                                          \
				__builtin_assume_aligned((struct st_header *)(pointer) + 1, 8), 0, \
				sizeof(*(pointer)) - sizeof(struct st_header));                    \
		(pointer);                                                                         \
	})

static __always_inline void record_submit(void *record)
{
	struct st_header *h = record;

	if (!h->ts_ns)
		h->ts_ns = bpf_ktime_get_ns();
	bpf_ringbuf_submit(record, ring_flags(h->ts_ns));
}

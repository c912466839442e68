/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * Followed sockets with something that is told later: by CPU, so that nothing is locked
 * and nobody has to go through all sockets to find them.
 */
#pragma once

#include "state.h"

#define PENDING_MAX 4096 /* a power of two */

struct pending {
	__u64 tail, head; /* how many were taken, and noted, so far */
	__u64 missed; /* of the time since the last look: there was no room for them */
	__u64 id[PENDING_MAX];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MAX_CPUS); /* made as many as there are CPUs */
	__type(key, __u32);
	__type(value, struct pending);
} pendings SEC(".maps");

/* Where there is no room the socket does not count as noted: it can be with its next run. */
static __always_inline void pending_note(__u64 id, struct followed *f)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct pending *p;

	if (f->pending)
		return;
	p = bpf_map_lookup_elem(&pendings, &cpu);
	if (!p)
		return;
	if (p->head - p->tail >= PENDING_MAX) {
		p->missed++;
		return;
	}
	f->pending = 1;
	p->id[p->head & (PENDING_MAX - 1)] = id;
	p->head++;
}

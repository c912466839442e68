/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * The kernel's own counters of what it turned away. Each CPU has its own copy per
 * network namespace, so a difference on one CPU tells what became of the one segment
 * that was handled there in between.
 */
#pragma once

#include "read.h"

/* CPU → how far its copy of a per-CPU variable lies from the address the kernel notes down. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MAX_CPUS);
	__type(key, __u32);
	__type(value, __u64);
} cpu_offsets SEC(".maps");

/* The counters of a network namespace: the address its CPUs' copies are found by. */
static __always_inline __u64 net_statistics(struct net *net)
{
	return READ_ADDRESS(net, net, mib.net_statistics);
}

/* Where the counters of a CPU begin; 0: not known. */
static __always_inline __u64 counters_of_cpu(__u64 statistics, __u32 cpu)
{
	__u64 *offset = bpf_map_lookup_elem(&cpu_offsets, &cpu);

	return offset && *offset && statistics ? statistics + *offset : 0;
}

static __always_inline __u64 counter_read(__u64 counters, enum st_counter counter)
{
	return read_word((void *)(counters + config.counter_index[counter] * sizeof(__u64)));
}

/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * What the programs share: the configuration, the ring, and the maps that say
 * which threads and sockets are followed.
 */
#pragma once

#include "kernel.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "socktrace/config.h"
#include "socktrace/record.h"

/* A run of sends or receives that is being counted. calls and bytes are never
 * reset, so that a race between two CPUs costs no byte. */
struct run {
	__u64 calls, bytes;
	__u64 first_ns, last_ns; /* first_ns 0: no run open */
};

/* Whom an unconnected datagram socket's run is with. */
struct run_peer {
	__u16 family, port;
	__u8 v4;
	__u8 is_new; /* nothing was reported with it yet */
	__u8 pad[2];
	__u64 address[2]; /* network order */
};

/* A socket we follow. The CPUs of a server and of its client hand each cache line of it to and fro,
 * for some 200 ns each time on large machines. The first line holds what most events look at, the
 * second is of the handshake, the next ones of data, and what is rare stands at the end. */
struct followed {
	__u64 id; /* 0: the place is free, or it is being entered */
	__u32 claims; /* 0: free; in the upper half, who is about to remove the id */
	__u32 away; /* ids that have their home here and stand elsewhere */
	__u64 sock; /* its address, to find out whether a UNIX socket is still there */
	__u64 listener;
	__u64 fin_sent_ns, fin_received_ns; /* FIN_WAIT1, CLOSE_WAIT; 0: none, or told */
	__u8 flags; /* enum st_sock_flags */
	__u8 released; /* its last reference is gone */
	__u8 over; /* TCP: it is in CLOSE */
	__u8 udp; /* its runs are reported one by one */
	__u8 pending; /* it stands among those that have something to tell */
	__u8 seen_gone; /* by the pass over all sockets */
	__u8 has_empty; /* calls that moved nothing, not told yet */
	__u8 pad;
	struct st_handshake handshake; /* syn_ns, established_ns: 0: none, or told */
	__u32 handshake_claims; /* of who tells of its end */
	__u32 ended; /* how many places of `runs` are taken */
	__u64 told; /* of `runs`: the sums of both directions together, as of the last record */
	struct run run[ST_DIRECTION_MAX];
	__u64 by; /* pid_tgid of the last call */
	struct st_runs runs; /* the next record: runs that have ended, sums up to there */
	struct run_peer peer[ST_DIRECTION_MAX];
	struct { /* calls that moved nothing, those not told all alike */
		__u64 first_ns, last_ns;
		__u64 by; /* pid_tgid of the last */
		__u32 calls, told; /* how many so far: never reset, as in struct run */
		__s16 ret;
		__u8 direction;
		__u8 pad[5];
	} empty;
	struct { /* of a UNIX listener, as last reported */
		__u64 full_until_ns;
		__u32 depth, limit;
	} queue;
} __attribute__((aligned(64)));

const volatile struct st_config config = {};

/* User space sets it at the end of a trace: a run that is still open is reported then. */
bool finishing;

#define MAX_THREADS 32768
#define MAX_PEERS 16384
#define MAX_PORTS 4096
#define MAX_CPUS 512

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_THREADS);
	__type(key, __u32);
	__type(value, __u32);
} targets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_THREADS);
	__type(key, __u32);
	__type(value, struct st_thread);
} threads SEC(".maps");

/* Where a followed TCP listener can be reached; the address is zero for any. Loopback
 * addresses mean something in their own namespace only: netns is that one's, else 0. */
struct destination {
	__u64 address[2]; /* network order, as in struct st_sock */
	__u16 port;
	__u16 pad;
	__u32 netns;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, MAX_PORTS);
	__type(key, struct destination);
	__type(value, __u32);
} destinations SEC(".maps");

/* Kernel addresses of the names of followed UNIX listeners → their ids. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, MAX_PORTS);
	__type(key, __u64);
	__type(value, __u64);
} names SEC(".maps");

/* Whether there is any. */
bool names_known;

/* Processes that were announced to user space. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, MAX_PEERS);
	__type(key, __u32);
	__type(value, __u32);
} announced SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, ST_LOSS_MAX);
	__type(key, __u32);
	__type(value, __u64);
} losses SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 << 20);
} ring SEC(".maps");

static __always_inline void loss_count(enum st_loss kind)
{
	__u32 key = kind;
	__u64 *count = bpf_map_lookup_elem(&losses, &key);

	if (count)
		(*count)++;
}

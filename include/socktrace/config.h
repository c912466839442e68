/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * What user space tells the BPF programs before they are loaded (read-only for
 * them), and the values of the maps that both sides fill.
 */
#pragma once

#include <linux/types.h>

#include "socktrace/record.h"

/* Greater than the number of any system call that matters. */
#define ST_CALL_NUMBERS 512

#define ST_CALL_ACCEPT4 ST_CALL_MAX /* in a table of system calls only */

struct st_config {
	__u64 cgroup;        /* 0, or the id of the cgroup v2 whose processes are targets */
	__u64 pointer_secret; /* scrambles kernel addresses where they serve as ids */
	__u32 cgroup_level;  /* its depth: 0 is the root */
	__u32 self;          /* our own thread group: never a target */
	__u32 wakeup_bytes;  /* wake user space at once when the ring holds this much */
	__u16 local_port;    /* -L, host order, 0: any */
	__u16 remote_port;   /* --rport */
	__u8 all;            /* every process is a target */
	__u8 follow;         /* children of targets are targets */
	__u8 cookies;        /* sockets have cookies here: they are the ids */
	__u8 release;        /* the last close is announced by cgroup/sock_release */
	__u8 ipv4, ipv6, unix_sockets; /* families wanted */
	__u8 casts;          /* the kernel has bpf_rdonly_cast(): reads are plain loads */
	__u8 data_sums;      /* byte sums come from the calls that send and receive alone */
	__u8 registers;      /* other threads' can be read: bpf_task_pt_regs() (5.15) */
	__u64 fd_calls[ST_CALL_NUMBERS / 64]; /* system calls whose first argument is an fd */
	__u8 calls[ST_CALL_NUMBERS]; /* enum st_call_name of those wanted, or ST_CALL_ACCEPT4 */
	__u32 cpus;          /* possible ones */
	__u32 sockets_mask;  /* places for followed sockets, a power of two, less one */
	__u32 counter_index[ST_COUNTER_MAX]; /* where the kernel keeps them in its linux_mib */
	__u32 listen_overflow; /* its drop reason of that name; 0: it has none (before 6.15) */
};

/* What the next pass of the iterator over threads looks for. */
#define ST_SAMPLING_FDS 4
#define ST_SAMPLING_TIDS 16

struct st_sampling {
	__u64 listener;
	__s32 fd[ST_SAMPLING_FDS]; /* numbers that the listener has in its owners; -1: none */
	__u32 tid[ST_SAMPLING_TIDS]; /* threads to look at; 0: none */
	__u32 all; /* look at every thread of the owners */
};

/* What the iterators over files write: a socket that has no cookie yet. pid 0: nothing. */
struct st_left_out {
	__u32 pid;
	__s32 fd;
};

/* Places of followed sockets that one run of sweep_sockets looks at. */
#define ST_SWEEP_PLACES 4096

/* Stands in the program on_lookup where each copy gets the number of its network namespace. */
#define ST_NETNS_PLACEHOLDER 0x6e65746e

/* Map `targets`: thread group → this. */
#define ST_TARGET_YES 1

/* Places of `target_hints`; whoever enters a target sets that of its id, modulo this. */
#define ST_TARGET_HINTS 4096

/* How st_thread.call names an enum st_data_call_name. Its args are fd, flags, and where the call
 * has them: the address of a sockaddr and its length, or of the first message; else 0. */
#define ST_CALL_OF_DATA(name) (ST_CALL_MAX + (name))

/* Map `threads`: tid → the socket call the thread is in. Kept between calls: writing
 * in place is far cheaper than inserting and deleting on every call. User space
 * enters the calls that were under way when the trace began. */
struct st_thread {
	__u64 enter_ns; /* 0: before the trace */
	__u64 args[4];
	struct st_sock sock; /* close, send, receive: found while the fd was still there */
	__u8 call; /* enum st_call_name, or ST_CALL_OF_DATA(); 0: in none */
	__u8 once; /* not a target: only this call is followed */
	__u8 last; /* close: nobody else has the file */
	__u8 announced; /* once: its process was */
	__u8 bad_fds; /* how many close() found to be none, each near the one before */
	__u8 pad[7];
	__s32 bad_fd; /* the last of them */
};

/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * The records that user space writes into the stream: where and how the capture was made,
 * what it lost, and what only /proc and the cgroup file system tell. Part of record.h.
 */
#pragma once

#include "socktrace/record.h"

struct st_host {
	struct st_header h; /* ts_ns: when the capture started */
	__u64 started_at_ns; /* CLOCK_REALTIME at that moment */
	__u32 cpus;
	__u32 pad;
	char name[64], kernel[64], machine[16], boot_id[40];
};

struct st_probe {
	struct st_header h;
	char row[32];
	char method[ST_TEXT_LEN];
};

struct st_target {
	struct st_header h;
	char text[ST_TEXT_LEN]; /* as typed: "-p 812 -L 80" */
	char data_mode[8];
	__u32 calls_left_out; /* by -e: bit 1 << enum st_call_name. Once part of data_mode, and 0 */
	__u8 pad[4];
};

struct st_cgroup {
	struct st_header h;
	__u64 id;
	char path[ST_TEXT_LEN];
};

/* How events can be lost; completeness is that all are 0. */
enum st_loss {
	ST_LOSS_CALL,      /* no room in the ring, by the record's kind */
	ST_LOSS_STATE,
	ST_LOSS_DATA,
	ST_LOSS_PROCESS,
	ST_LOSS_SOCKET_MAP,  /* a socket could not be marked: too many at once */
	ST_LOSS_THREAD_MAP,  /* a thread could not be followed */
	ST_LOSS_RECURSION,   /* a program was skipped because it interrupted itself */
	ST_LOSS_DAMAGED,     /* records or blocks a reader could not use */
	ST_LOSS_MAX,
};

struct st_loss_record {
	struct st_header h;
	__u64 count[ST_LOSS_MAX];
};

struct st_end {
	struct st_header h;
};

#define ST_UNKNOWN (~0ULL)

/* When accept() returned EMFILE or ENFILE, for a process once a second at most. What cannot
 * be read is ST_UNKNOWN. */
struct st_process_limits {
	struct st_header h;
	__u32 pid;
	__u32 pad;
	__u64 nofile_soft, nofile_hard; /* RLIMIT_NOFILE */
	__u64 fds_open;
	__u64 files_open, files_max; /* fs.file-nr: of the whole machine */
};

/* While threads of the process are looked at (struct st_sample), and when its listener is
 * first met; told when it changes. It is the tightest quota of the process' cgroup and those
 * above it; where none has one, that of the process itself. */
struct st_cpu_quota {
	struct st_header h;
	__u32 pid;
	__u8 version; /* of the cgroup hierarchy: 1 or 2 */
	__u8 pad[3];
	__u64 quota_ns; /* in each period; 0: none is set */
	__u64 period_ns;
	__u64 periods, throttled; /* so far, and those in which it was held back */
	__u64 throttled_ns; /* for how long in all */
	char path[ST_TEXT_LEN]; /* the cgroup's directory */
};

/* ts_ns is the end of the trace. */
struct st_accept_waits {
	struct st_header h;
	__u64 enter_ns; /* 0: before the trace */
	__u32 pid;
	__u32 tid;
	__s32 fd;
	__u32 pad;
};

_Static_assert(sizeof(struct st_host) == 216, "st_host");
_Static_assert(sizeof(struct st_probe) == 240, "st_probe");
_Static_assert(sizeof(struct st_target) == 224, "st_target");
_Static_assert(sizeof(struct st_cgroup) == 216, "st_cgroup");
_Static_assert(sizeof(struct st_loss_record) == 80, "st_loss_record");
_Static_assert(sizeof(struct st_process_limits) == 64, "st_process_limits");
_Static_assert(sizeof(struct st_cpu_quota) == 256, "st_cpu_quota");
_Static_assert(sizeof(struct st_accept_waits) == 40, "st_accept_waits");

/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * The records of sends and receives. Part of record.h.
 */
#pragma once

#include "socktrace/record.h"

enum st_direction { ST_SEND, ST_RECV, ST_DIRECTION_MAX };

/* Of UDP. calls and bytes count from the socket's first record on: a reader takes
 * differences, so a lost record loses no bytes. The run spans first_ns..last_ns. */
struct st_data {
	struct st_header h;
	__u64 id;
	__u64 calls, bytes;
	__u64 first_ns, last_ns;
	__u32 pid, tid; /* of the last call */
	__u8 direction; /* enum st_direction */
	__u8 v4;
	__u16 peer_family; /* datagrams of unconnected sockets: the other address; else AF_UNSPEC */
	__u16 peer_port;
	__u16 local_port; /* datagrams: the first send may have chosen it; 0: not told */
	__u8 peer[16];
};

/* Calls in one direction with no long pause between them. */
struct st_run {
	__u32 after_ns; /* when the first call returned, from st_runs.first_ns on */
	__u32 span_ns;  /* until the last one did */
	__u32 calls;    /* 0: none, the place was not used */
	__u32 bytes;
};

#define ST_RUNS_MAX 8

/* All but datagrams of UDP. run[i] is of direction i & 1; h.size says how many, 0 too. calls and
 * bytes count to the end of these runs, from the socket's first record on: what the runs do not
 * add up to since the record before (two CPUs met, a record was lost) is theirs none the less. */
struct st_runs {
	struct st_header h;
	__u64 id;
	__u64 first_ns;
	__u32 pid, tid;
	__u64 calls[ST_DIRECTION_MAX], bytes[ST_DIRECTION_MAX];
	struct st_run run[ST_RUNS_MAX];
};

#define ST_RUNS_SIZE(n) (__builtin_offsetof(struct st_runs, run) + (n) * sizeof(struct st_run))

enum st_data_call_name {
	ST_DATA_CALL_NONE,
	ST_DATA_CALL_SENDTO, /* send() too */
	ST_DATA_CALL_RECVFROM, /* recv() too */
	ST_DATA_CALL_SENDMSG,
	ST_DATA_CALL_RECVMSG,
	ST_DATA_CALL_SENDMMSG,
	ST_DATA_CALL_RECVMMSG,
	ST_DATA_CALL_WRITE,
	ST_DATA_CALL_READ,
	ST_DATA_CALL_WRITEV,
	ST_DATA_CALL_READV,
	ST_DATA_CALL_SENDFILE,
	ST_DATA_CALL_MAX,
};

enum st_data_call_flags {
	ST_DATA_CALL_PEEK = 1, /* MSG_PEEK: what it returned stays in the queue */
	ST_DATA_CALL_SUMS = 2, /* no run counts it: its bytes belong to its socket's sums */
	ST_DATA_CALL_ERRQUEUE = 4, /* MSG_ERRQUEUE: what it returned did not come from the peer */
};

/* With --data=events, and where nothing but the calls shows sends and receives. */
struct st_data_call {
	struct st_header h;
	struct st_sock sock;
	__u64 enter_ns; /* 0: it had begun before the trace */
	__u64 bytes;    /* sent or received by it; 0 on failure, with MSG_PEEK, MSG_ERRQUEUE */
	__u32 pid, tid;
	__s32 fd;
	__s32 ret;      /* what the call returned (sendmmsg, recvmmsg: messages), or -errno */
	__u8 call;      /* enum st_data_call_name */
	__u8 direction; /* enum st_direction */
	__u8 flags;     /* enum st_data_call_flags */
	__u8 v4;
	__u16 peer_family; /* UDP: the address that the call was given or gave; else AF_UNSPEC */
	__u16 peer_port;
	__u8 peer[16];
};

/* Sends or receives on one socket, one after the other, that all failed alike, or read the end of
 * the stream. */
struct st_empty {
	struct st_header h;
	__u64 id;
	__u64 first_ns, last_ns; /* when the first and the last of them returned */
	__u32 pid, tid; /* of the last */
	__u32 calls;
	__s16 ret; /* -errno, or 0: the end */
	__u8 direction; /* enum st_direction */
	__u8 pad;
};

_Static_assert(sizeof(struct st_data) == 88, "st_data");
_Static_assert(sizeof(struct st_runs) == 200, "st_runs");
_Static_assert(sizeof(struct st_data_call) == 144, "st_data_call");
_Static_assert(sizeof(struct st_empty) == 56, "st_empty");

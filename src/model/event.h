/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One thing that happened to a socket: a call of a program or an act of the kernel.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "model/address.h"

/* A time that is not known. Times are ns since the capture started, negative before. */
#define TIME_UNKNOWN INT64_MIN

enum event_name {
	/* calls: t_ns is their entry */
	EVENT_SOCKET,
	EVENT_SOCKETPAIR,
	EVENT_BIND,
	EVENT_LISTEN,
	EVENT_ACCEPT,
	EVENT_CONNECT,
	EVENT_SEND, /* one call, or a run of some (event_is_run()): duration_ns is last - first */
	EVENT_RECV,
	EVENT_SHUTDOWN,
	EVENT_CLOSE,
	/* the kernel */
	EVENT_SYN,         /* client: SYN sent */
	EVENT_ESTABLISHED, /* client: handshake done; server: in the accept queue */
	EVENT_SYNACK_RETRANSMIT,
	EVENT_RETRANSMIT,
	EVENT_DROP,
	EVENT_RESET, /* ret: 1 sent by this side, 0 received by it */
	EVENT_FIN,   /* a FIN of the other side arrived here */
	EVENT_NAME_MAX,
};

enum side { SIDE_NONE, SIDE_CLIENT, SIDE_SERVER, SIDE_MAX };

struct event {
	int64_t t_ns;
	int64_t duration_ns; /* calls only; TIME_UNKNOWN: it had begun before the trace */
	uint64_t count;      /* SEND, RECV: calls; else 0 */
	uint64_t bytes;      /* SEND, RECV */
	uint8_t name;        /* enum event_name */
	uint8_t side;        /* enum side, in its connection; SIDE_NONE on a socket or listener */
	bool last;           /* CLOSE: nobody has the socket any more; fd -1: no close() was seen */
	bool in_flight;      /* the call had begun before the trace: t_ns is when it returned */
	bool waits;          /* ACCEPT: it has not returned */
	uint32_t pid, tid;   /* 0: the kernel, or not known */
	int32_t fd; /* SOCKET: the new one, as ret; ACCEPT: the listener's; -1: not known */
	int32_t ret; /* what the call returned; -1 on failure */
	int32_t err; /* errno, 0 on success */
	union {
		/* SOCKET; SOCKETPAIR: the fds are fd and fd2 */
		struct { int32_t domain, type, protocol, fd2; } socket;
		/* BIND, CONNECT: the address asked for; SYNACK_RETRANSMIT: the client's */
		struct { struct address address; } name;
		struct { int32_t requested; uint32_t effective; } listen;
		/* depth: still in the queue afterwards */
		struct { int32_t flags; uint32_t depth, limit; bool queue_known; } accept;
		/* the server's ESTABLISHED: the queue, itself included */
		struct { uint32_t depth, limit; bool known; } queue;
		/* DROP: the queue as the kernel compared it; path: enum drop_path */
		struct { uint32_t depth, limit; uint8_t path; } drop;
		/* SEND, RECV: enum st_data_call_name, NONE: a run; peek, errqueue: bytes is 0 */
		struct { uint8_t call; bool peek, errqueue; } data;
		int32_t how; /* SHUTDOWN: 0 read, 1 write, 2 both */
	} arg;
};

VEC_TYPE(events, struct event);

bool event_is_call(enum event_name name);
bool event_is_data(enum event_name name); /* SEND, RECV */
bool event_is_run(const struct event *event); /* of sends or receives, though perhaps of one */
bool event_moved(const struct event *event); /* a run, and of calls that moved something */
int64_t event_end_ns(const struct event *event); /* of the call or run; t_ns where not known */
const char *event_name_text(enum event_name name); /* "socket", …: the contract's names */

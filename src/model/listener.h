/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A listening socket: its backlog, its queue, its owners, and whom the kernel
 * turned away at it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "model/event.h"
#include "model/socket.h"

struct owner {
	struct process *process;
	int32_t fd;
};

/* Its listen() was not seen: the kernel keeps the limit alone. */
#define REQUESTED_UNKNOWN INT64_MIN

struct backlog_change {
	int64_t t_ns;
	int64_t requested; /* or REQUESTED_UNKNOWN */
	uint32_t effective;
};

struct queue_sample {
	int64_t t_ns;
	uint32_t depth;
};

enum queue_step_kind { QUEUE_ARRIVED, QUEUE_ACCEPTED, QUEUE_ENDED };

/* A client's step through the listener, and how things stood after it. */
struct queue_step {
	int64_t t_ns;
	int64_t span_ns; /* ACCEPTED: it waited; ENDED: it was served for as long; or unknown */
	uint32_t depth, limit;
	uint32_t open; /* connections accepted and not yet closed by this side */
	uint8_t kind; /* enum queue_step_kind */
};

/* How many segments the kernel dropped, by where it was decided (BACKLOG.md's paths). */
struct drops {
	uint64_t syn; /* SYNs, the accept queue being full */
	uint64_t ack; /* last ACKs, the accept queue being full */
	uint64_t syn_queue; /* SYNs, the SYN queue being full and no cookie sent */
	uint64_t other; /* SYNs and last ACKs for other reasons */
};

enum drop_path {
	DROP_SYN,
	DROP_ACK,
	DROP_SYN_QUEUE,
	DROP_OTHER,
	DROP_COOKIE,
	DROP_UNIX,
	DROP_PATH_MAX
};

const char *drop_path_text(enum drop_path path); /* "syn", …: the contract's names */

/* One thing turned away; kept in order of time, the latest 100,000; `drops` counts all. */
struct drop {
	int64_t t_ns;
	uint32_t peer; /* index into listener.dropped_peers; UINT32_MAX: not kept */
	uint32_t depth, limit;
	uint8_t path; /* enum drop_path */
	bool again; /* UNIX: it got EAGAIN, else it waited */
};

/* A connection attempt (address and port) that was turned away at least once. */
struct dropped_peer {
	struct address address;
	uint32_t syns; /* times it was turned away */
	int64_t first_ns, last_ns;
	uint64_t connection; /* id of the connection that it is, or was to be */
	int64_t connected_ns; /* when it got in; TIME_UNKNOWN: it did not so far */
};

/* A client that found a UNIX listener's queue full: a thread whose connect() waited, or a
 * socket whose connect() got EAGAIN. */
struct unix_client {
	int64_t since_ns; /* when connect() was called, EAGAIN: the first one */
	int64_t until_ns; /* when it returned, EAGAIN: otherwise; TIME_UNKNOWN: not seen */
	int64_t last_ns; /* of the latest EAGAIN */
	struct process *process; /* NULL: not known */
	uint32_t tid;
	uint32_t eagain; /* how often; 0: it waited */
	uint64_t socket; /* the kernel side's id; 0: not known */
	bool got_in;
};

/* The kernel's own view of the listener at one moment. */
struct listener_reading {
	int64_t t_ns;
	uint32_t depth, limit;
	uint32_t syn_queue;
	uint32_t sk_drops; /* since the socket's birth */
};

struct listener {
	uint64_t id;
	struct socket *socket; /* NULL once it is gone; everything needed is here */
	uint8_t protocol, family; /* enum protocol, family */
	struct address address;
	uint32_t netns;
	VEC(struct owner) owners;
	bool from_snapshot;
	int64_t requested; /* or REQUESTED_UNKNOWN */
	uint32_t effective;
	uint32_t somaxconn; /* 0: not known */
	VEC(struct backlog_change) backlog_changes; /* after the first */
	int64_t opened_ns, closed_ns; /* TIME_UNKNOWN */
	uint32_t depth; /* now */
	uint32_t depth_max;
	VEC(struct queue_sample) samples; /* at most 10,000, thinned so that maxima stay */
	/* in order of time: all around crowded times (to 200,000), of quiet ones the latest */
	VEC(struct queue_step) steps;
	uint32_t open; /* connections accepted and not yet closed by this side */
	uint64_t arrivals, accepted;
	uint64_t synack_retransmits;
	uint64_t unix_blocked, unix_eagain;
	VEC(struct unix_client) unix_clients; /* the latest 10,000 to appear */
	uint64_t group; /* reuseport group, the same for all members; 0: in none */
	uint32_t defer_accept_s; /* TCP_DEFER_ACCEPT; 0: not set */
	bool migrates; /* tcp_migrate_req */
	bool polled; /* readings are all there is: nobody saw calls, arrivals and single drops */
	bool accepts_untold; /* accept() was not asked for (-e): who waits is not known */
	bool defer_accept_unknown;
	uint8_t drops_seen; /* bit 1 << enum drop_path: can be seen one by one here */
	struct drops drops;
	uint64_t cookies_sent;
	VEC(struct drop) drop_list;
	uint64_t drops_forgotten; /* how many went before the first of drop_list */
	VEC(struct dropped_peer) dropped_peers; /* the latest 10,000 to appear */
	uint64_t dropped_attempts; /* peers ever; one forgotten and back counts again */
	VEC(struct listener_reading) readings; /* at most 10,000, the first and last among them */
	uint32_t syn_queue_max;
	VEC(int64_t) waits; /* in the queue, ns, unsorted; of all, or a sample of 100,000 */
	struct events events; /* its own calls: socket, bind, listen, failed accepts, close */
	/* An accept() that had not returned when the trace ended, of several that which began
	 * first; duration_ns goes up to then. count: how many threads wait so, 0: none. */
	struct event waiting_accept;
};

bool listener_limit_known(const struct listener *listener); /* whether `effective` is */

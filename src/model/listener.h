/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A listening socket: its backlog, its queue, its owners.
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

struct backlog_change {
	int64_t t_ns;
	int64_t requested; /* -1: not seen */
	uint32_t effective;
};

struct queue_sample {
	int64_t t_ns;
	uint32_t depth;
};

struct listener {
	uint64_t id;
	struct socket *socket; /* NULL once it is gone; everything needed is here */
	uint8_t protocol, family; /* enum protocol, family */
	struct address address;
	uint32_t netns;
	VEC(struct owner) owners;
	bool from_snapshot;
	int64_t requested;   /* -1: not known (listen() not seen) */
	uint32_t effective;
	uint32_t somaxconn;  /* 0: not known */
	VEC(struct backlog_change) backlog_changes; /* after the first */
	int64_t opened_ns, closed_ns; /* TIME_UNKNOWN */
	uint32_t depth;               /* now */
	uint32_t depth_max;
	VEC(struct queue_sample) samples; /* at most 10,000, thinned so that maxima stay */
	uint64_t arrivals, accepted;
	uint64_t synack_retransmits;
	uint64_t unix_blocked, unix_eagain;
	VEC(int64_t) waits; /* in the queue, ns, unsorted; of all, or a sample of 100,000 */
	struct events events; /* its own calls: socket, bind, listen, failed accepts, close */
};

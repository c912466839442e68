/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A connection (or a datagram flow): up to two ends, what they did, how it ended.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/event.h"
#include "model/listener.h"
#include "model/socket.h"

enum outcome {
	OUTCOME_OPEN,
	OUTCOME_CLOSED,
	OUTCOME_RESET,
	OUTCOME_REFUSED,
	OUTCOME_TIMED_OUT,
	OUTCOME_DROPPED,
	OUTCOME_RESET_IN_QUEUE,
	OUTCOME_NEVER_ACCEPTED,
	OUTCOME_FAILED,
	OUTCOME_UNKNOWN,
	OUTCOME_MAX,
};

const char *outcome_text(enum outcome outcome); /* "open", "timed_out", …: the contract's names */

/* One side as far as this host saw it. */
struct end {
	bool seen;      /* a socket of this host that we follow; else the rest is unset */
	struct socket *socket; /* NULL once it is gone */
	struct process *process; /* NULL: nobody known (not accepted yet) */
	char comm[17];
	int32_t fd; /* -1: none */
	uint32_t netns;
	struct address local, peer;
	uint64_t bytes_sent, bytes_received;
	bool fin_sent; /* it closed or shut down its sending side */
	bool reset_sent;
	bool closed; /* its socket is gone */
	bool exact;  /* its byte sums are all (TCP: checked by the kernel's sequence numbers) */
};

struct connection {
	uint64_t id;
	uint64_t pair; /* client ISN << 32 | server ISN */
	bool has_pair;
	uint8_t protocol, type, family; /* enum protocol, sock_type, family */
	struct listener *listener; /* NULL: not on this host, or none */
	bool roles_inferred;
	struct end client, server;
	/* known even where an end is not seen; FAMILY_NONE: not known */
	struct address client_address, server_address;
	uint8_t outcome;  /* enum outcome */
	uint8_t ended_by; /* enum side */
	int32_t err;      /* errno that ended it, 0 */
	int64_t start_ns; /* first thing seen of it */
	int64_t syn_ns, established_ns, accepted_ns, end_ns; /* TIME_UNKNOWN: not seen */
	int64_t connect_ns;     /* at the client, from SYN to established; UNIX: connect() */
	int64_t accept_wait_ns; /* in the accept queue; TIME_UNKNOWN */
	uint32_t syns;          /* SYNs the client sent, 0: not seen */
	uint32_t turned_away;   /* how often the listener's kernel dropped its SYN or last ACK */
	uint32_t retransmits;
	bool seen_from_start;
	bool lossless; /* no loss counter rose while it lived */
	bool retired;  /* watch.retire was told of it */
	struct events events; /* of both sides; call connection_sort() before reading in order */
};

/* Sorts events by time; equal times keep the order they came in. */
void connection_sort(struct connection *connection);

bool connection_exact(const struct connection *connection); /* every seen end is */
/* Refused, reset, timed out, dropped, never accepted, failed. */
bool connection_failed(const struct connection *connection);
bool connection_is_pair(const struct connection *connection); /* made by socketpair() */

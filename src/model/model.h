/* SPDX-License-Identifier: BSD-2-Clause
 *
 * All that is known of a capture, built record by record. Owns processes,
 * sockets, listeners and connections; everything handed out is borrowed.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/hashmap.h"
#include "base/vec.h"
#include "decode/decode.h"
#include "model/acceptor.h"
#include "model/connection.h"
#include "model/listener.h"
#include "model/netns.h"
#include "model/process.h"
#include "model/socket.h"

struct probe_row {
	char row[33];
	char method[ST_TEXT_LEN + 1];
};

/* The losses had grown to this sum when it was asked for; before that, at the one before. */
struct loss_moment {
	int64_t t_ns;
	uint64_t sum;
};

struct capture {
	uint64_t started_at_ns; /* CLOCK_REALTIME */
	uint64_t started_mono_ns;
	int64_t duration_ns;    /* to the last record so far */
	bool ended;             /* in order; else the capture was cut, or still runs */
	uint32_t cpus;
	char host[65], kernel[65], machine[17], boot_id[41];
	char target[ST_TEXT_LEN + 1], data_mode[9];
	uint32_t calls_left_out;    /* by -e: bit 1 << enum st_call_name */
	VEC(struct probe_row) probes;
	uint64_t lost[ST_LOSS_MAX]; /* enum st_loss */
	VEC(struct loss_moment) losses; /* each time more was lost; at most 1,000 */
	uint64_t events;            /* records of the kernel side applied */
};

/* -e did not ask for it. */
bool capture_left_out(const struct capture *capture, enum st_call_name call);

const char *loss_name(enum st_loss loss); /* "call", "state", …: keys of loss.by_kind */
uint64_t capture_lost(const struct capture *capture); /* the sum */

/* What the model says while records go in. Any may be NULL. */
struct model_watch {
	void *context;
	/* An event was understood. connection, listener and socket: what it belongs to,
	 * each may be NULL, not all. accept: connection and its listener. Order is that of
	 * the records: a call when it returned. */
	void (*event)(void *context, const struct event *event, const struct socket *socket,
	              const struct listener *listener, const struct connection *connection);
	/* A connection is over: both its ends are gone. True: keep it; false: forget it now. */
	bool (*retire)(void *context, struct connection *connection);
	/* A connection is about to be taken in by another that it turned out to be, or to have
	 * its sides changed: nothing may be kept of it that this would make wrong. */
	void (*merge)(void *context, const struct connection *connection);
	/* The same for a socket that became neither listener nor connection. */
	bool (*retire_socket)(void *context, struct socket *socket);
	/* A process, or a listener, is known by more than before (new, renamed, exited, closed). */
	void (*process)(void *context, const struct process *process);
	void (*listener)(void *context, const struct listener *listener);
};

VEC_TYPE(process_list, struct process *);
VEC_TYPE(socket_list, struct socket *);
VEC_TYPE(listener_list, struct listener *);
VEC_TYPE(connection_list, struct connection *);
VEC_TYPE(netns_list, struct netns *);
VEC_TYPE(acceptor_list, struct acceptor *);

struct model {
	struct capture capture;
	struct process_list processes;     /* in order of id, as are the others */
	struct socket_list sockets;        /* living and kept; see model_socket_shown() */
	struct listener_list listeners;
	struct connection_list connections; /* but those retired and not kept */
	struct netns_list netnses;          /* in the order they were met */
	struct acceptor_list acceptors;     /* in the order they were met */
	uint64_t connections_seen;         /* retired ones included */
	struct model_watch watch;
	/* Of one connection: from then on runs of data are folded into the one before of
	 * their kind; sums stay exact. May be set at any time; model_new() sets 10,000. */
	size_t connection_events_max;
	struct model_index *index;         /* private */
};

int model_new(struct model **out, const struct model_watch *watch);
void model_free(struct model **model);

/* Takes one checked record. 0, -ENOMEM. Records may come slightly out of order in
 * time (several CPUs; calls at their return; runs when they end). */
int model_apply(struct model *model, const struct record *record);

/* No more records: retires nothing, settles outcomes (connections still open stay
 * open), fills duration. Called once. */
void model_finish(struct model *model);

/* Frees a connection that retire() had kept earlier; may be called inside retire(). */
void model_forget(struct model *model, struct connection *connection);

struct connection *model_connection(const struct model *model, uint64_t id);
/* It became neither listener nor connection, or it is a datagram socket that serves
 * others' flows: the document lists it by itself. */
bool model_socket_shown(const struct socket *socket);

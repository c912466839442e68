/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Connections, listeners and whole models built by hand, as the model would hand
 * them out: what the renderers are tested with. Times are in µs.
 */
#pragma once

#include "model/model.h"
#include "render/style.h"

/* Everything a test builds lives in one of these. */
struct fixture {
	struct process server, client;
	struct listener listener;
	struct model model;
};

extern const struct style style_utf8, style_ascii, style_color, style_narrow, style_wide;

struct address ip_address(const char *ip, uint16_t port);
struct address unix_address(const char *path);
struct address no_address(void);

/* python3[4240] and python3[4242]; a listener on 127.0.0.1:8088 with backlog 5,
 * opened by listen() 2 s before the capture's time 2,103,000 µs. */
struct fixture *fixture_new(void);
void fixture_free(struct fixture *fixture);

/* A connection of the model with the next id, both ends seen, nothing in it. */
struct connection *fixture_connection(struct fixture *fixture, enum protocol protocol,
				      struct address client, struct address server);

/* The other host has that end. */
void connection_unseen(struct connection *connection, enum side side);

/* Appends an event; what is not given is as of a call that worked. */
struct event *event_at(struct events *events, enum event_name name, enum side side, int64_t t_us,
		       int64_t duration_us, int32_t fd);
struct event *socket_at(struct events *events, enum side side, int64_t t_us, int32_t type,
			int32_t fd);
struct event *data_at(struct events *events, enum event_name name, enum side side, int64_t t_us,
		      int32_t fd, uint64_t count, uint64_t bytes);
/* A single call that sends or receives; fails where event_failed() says so. */
struct event *data_call_at(struct events *events, enum event_name name, enum side side,
			   int64_t t_us, int64_t duration_us, int32_t fd, uint64_t bytes);
void event_failed(struct event *event, int32_t err);

/* Whole stories. */
struct connection *story_local(struct fixture *fixture); /* the tutorial's: one greeting */
struct connection *story_remote(struct fixture *fixture); /* the client on another host */
/* Call by call: what was not there yet, peeked at, answered; and the end. */
struct connection *story_calls(struct fixture *fixture);
struct connection *story_refused(struct fixture *fixture);
struct connection *story_timed_out(struct fixture *fixture);
/* Turned away by the full queue, never back; or, with its client here, in on the second SYN. */
struct connection *story_dropped(struct fixture *fixture);
struct connection *story_dropped_local(struct fixture *fixture);
struct connection *story_dropped_ack(struct fixture *fixture); /* elsewhere; in a second later */
struct connection *story_served(struct fixture *fixture, const char *client_ip, int64_t start_us,
				int64_t connect_us, int64_t wait_us, int64_t served_us);

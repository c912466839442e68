/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Private to src/model: the life of connections, whatever the protocol.
 */
#pragma once

#include "model/index.h"

/* One of sock's kind, with no end yet. NULL: no memory. */
struct conn *conn_create(struct model *model, const struct sock *sock, int64_t start_ns);

/* sock becomes the end on that side and brings its own events along. */
void conn_attach(struct model *model, struct conn *conn, enum side side, struct sock *sock);

/* The end's process and fd, where nobody is known yet. */
void conn_end_used(struct conn *conn, enum side side, struct process *process, int32_t fd);

enum side conn_side(const struct conn *conn, const struct sock *sock);

/* sock's addresses changed. */
void conn_update(struct model *model, struct conn *conn, struct sock *sock);

/* Keeps the event, folded where there are too many, and tells it. */
void conn_event(struct model *model, struct conn *conn, enum side side, struct event *event);

/* What ends a connection; each settles its outcome. */
void conn_fin(struct conn *conn, enum side by, int64_t t_ns);
void conn_reset(struct conn *conn, enum side by, int64_t t_ns);
void conn_failed(struct conn *conn, int32_t err, int64_t t_ns);
void conn_end_closed(struct conn *conn, enum side side, int64_t t_ns); /* no fd any more */
void conn_end_over(struct conn *conn, enum side side, int64_t t_ns); /* nothing more will come */
void conn_turned_away(struct conn *conn, int64_t t_ns);
void conn_settle(struct conn *conn);

/* syns: what the client told, or what the listener did, whichever saw more. */
void conn_count_syns(struct conn *conn);

/* An attempt of which nothing more is expected: retired, it may be gone after this. */
void conn_give_up(struct model *model, struct conn *conn);

/* sock leaves its end; the last one to leave retires the connection: it may be gone after this. */
void conn_leave(struct model *model, struct conn *conn, struct sock *sock);

/* sock begins another connection: the one it has, if any, is over as far as it goes. */
void conn_detach(struct model *model, struct sock *sock);

/* The listener is closed: what waits in its queue will not be accepted. */
void conns_unqueue(struct model *model, const struct listener *listener, int64_t t_ns);

/* The two are one: the older takes in what the other has, which is freed. The survivor. */
struct conn *conn_merge(struct model *model, struct conn *a, struct conn *b);

/* The same for two of one end each, where roles may have been guessed wrong. The
 * survivor, or b where they cannot be one. b's end is still there. */
struct conn *conn_join(struct model *model, struct conn *a, struct conn *b);

/* The end that was taken for that side's is the server's: it came from this listener. */
void conn_served_by(struct model *model, struct conn *conn, struct listening *listening,
		    enum side side);

/* What holds only when no more records come. */
void conn_finish(const struct model *model, struct conn *conn);

void conn_free(struct conn *conn);
void conns_release(struct model *model);

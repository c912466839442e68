/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns how a connection ended: from FINs, resets, errors and closes to an outcome,
 * and when it retires. Does not know where these came from.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "model/connections.h"
#include "model/pairs.h"
#include "model/sockets.h"

static void conn_touch(struct conn *conn, int64_t t_ns)
{
	if (t_ns > conn->last_ns)
		conn->last_ns = t_ns;
}

/* Who sends a FIN or moves data has been accepted, perhaps by somebody not followed. */
static bool conn_waits_in_queue(const struct conn *conn)
{
	const struct end *server = &conn->pub.server;

	return conn->queued && conn->pub.accepted_ns == TIME_UNKNOWN && !server->process &&
	       !server->fin_sent && !server->bytes_sent && !server->bytes_received;
}

static bool conn_is_over(const struct conn *conn)
{
	const struct connection *pub = &conn->pub;

	if ((pub->client.seen && !conn->over[SIDE_CLIENT]) ||
	    (pub->server.seen && !conn->over[SIDE_SERVER]))
		return false;
	/* accept() still returns a UNIX connection whose client is gone already */
	if (pub->protocol == PROTOCOL_UNIX && conn_waits_in_queue(conn) && pub->listener &&
	    pub->listener->closed_ns == TIME_UNKNOWN)
		return false;
	return pub->client.seen || pub->server.seen || conn->given_up;
}

static enum outcome outcome_of_error(int32_t err)
{
	switch (err) {
	case ECONNREFUSED:
		return OUTCOME_REFUSED;
	case ETIMEDOUT:
		return OUTCOME_TIMED_OUT;
	case ECONNRESET:
		return OUTCOME_RESET;
	default:
		return OUTCOME_FAILED;
	}
}

/* Once both sides have sent their FIN all is said, and a reset changes nothing. */
static bool conn_was_reset(const struct conn *conn)
{
	const int64_t *fin_ns = conn->fin_ns;

	return conn->reset_by != SIDE_NONE &&
	       (fin_ns[SIDE_CLIENT] == TIME_UNKNOWN || fin_ns[SIDE_CLIENT] > conn->reset_ns ||
		fin_ns[SIDE_SERVER] == TIME_UNKNOWN || fin_ns[SIDE_SERVER] > conn->reset_ns);
}

/* It was turned away and got in neither then nor later; an error of its own is another matter. */
static bool conn_was_dropped(const struct conn *conn)
{
	const struct connection *pub = &conn->pub;

	if (!conn->pub.turned_away || pub->server.seen)
		return false;
	return !pub->client.seen || pub->outcome == OUTCOME_TIMED_OUT ||
	       pub->outcome == OUTCOME_RESET || pub->outcome == OUTCOME_CLOSED ||
	       (pub->outcome == OUTCOME_FAILED && !pub->err) ||
	       (pub->outcome == OUTCOME_OPEN && pub->client.closed); /* it waits no longer */
}

void conn_settle(struct conn *conn)
{
	struct connection *pub = &conn->pub;

	pub->ended_by = SIDE_NONE;
	if (conn->connect_failed) {
		pub->outcome = outcome_of_error(pub->err);
		if (pub->outcome == OUTCOME_REFUSED || pub->outcome == OUTCOME_RESET)
			pub->ended_by = SIDE_SERVER;
	} else if (conn_was_reset(conn)) {
		pub->outcome = conn_waits_in_queue(conn) ? OUTCOME_RESET_IN_QUEUE : OUTCOME_RESET;
		pub->ended_by = conn->reset_by;
	} else if (conn->evicted) {
		pub->outcome = OUTCOME_UNKNOWN;
	} else if (conn_is_over(conn)) {
		pub->outcome = conn_waits_in_queue(conn) ? OUTCOME_NEVER_ACCEPTED : OUTCOME_CLOSED;
		pub->ended_by = conn->found_over ? SIDE_NONE : conn->first_fin;
	} else {
		pub->outcome = OUTCOME_OPEN;
	}
	if (conn_was_dropped(conn))
		pub->outcome = OUTCOME_DROPPED;
	pub->end_ns = pub->outcome == OUTCOME_OPEN ? TIME_UNKNOWN : conn->last_ns;
}

void conn_turned_away(struct conn *conn, int64_t t_ns)
{
	conn->pub.turned_away++;
	conn_touch(conn, t_ns);
	conn_settle(conn);
}

void conn_count_syns(struct conn *conn)
{
	uint32_t met = conn->syns_dropped + conn->syn_passed;

	if (conn->pub.turned_away || conn->syns_sent)
		conn->pub.syns = conn->syns_sent > met ? conn->syns_sent : met;
}

void conn_fin(struct conn *conn, enum side by, int64_t t_ns)
{
	if (by == SIDE_NONE)
		return;
	if (conn_end(conn, by)->seen)
		conn_end(conn, by)->fin_sent = true;
	if (conn->fin_ns[by] == TIME_UNKNOWN || t_ns < conn->fin_ns[by])
		conn->fin_ns[by] = t_ns;
	if (conn->first_fin == SIDE_NONE || t_ns < conn->fin_ns[conn->first_fin])
		conn->first_fin = by;
	conn_touch(conn, t_ns);
	conn_settle(conn);
}

void conn_reset(struct conn *conn, enum side by, int64_t t_ns)
{
	if (by == SIDE_NONE)
		return;
	if (conn_end(conn, by)->seen)
		conn_end(conn, by)->reset_sent = true;
	if (conn->reset_by == SIDE_NONE || t_ns < conn->reset_ns) {
		conn->reset_by = by;
		conn->reset_ns = t_ns;
	}
	conn_touch(conn, t_ns);
	conn_settle(conn);
}

void conn_failed(struct conn *conn, int32_t err, int64_t t_ns)
{
	if (conn->connect_failed)
		return;
	conn->connect_failed = true;
	conn->pub.err = err;
	conn_touch(conn, t_ns);
	conn_settle(conn);
}

void conn_end_closed(struct conn *conn, enum side side, int64_t t_ns)
{
	if (side == SIDE_NONE)
		return;
	conn_end(conn, side)->closed = true;
	conn_touch(conn, t_ns);
	conn_settle(conn);
}

void conn_end_over(struct conn *conn, enum side side, int64_t t_ns)
{
	if (side == SIDE_NONE)
		return;
	conn->over[side] = true;
	conn_touch(conn, t_ns);
	conn_settle(conn);
}

void conn_free(struct conn *conn)
{
	vec_release(&conn->pub.events);
	free(conn);
}

static void conn_check_retire(struct model *model, struct conn *conn)
{
	struct connection *pub = &conn->pub;

	if (pub->retired || pub->client.socket || pub->server.socket || !conn_is_over(conn))
		return;
	pub->retired = true;
	pair_forget(model, conn);
	conn_finish(model, conn);
	if (!model->watch.retire || model->watch.retire(model->watch.context, pub))
		return;
	model_forget(model, pub);
}

void conn_give_up(struct model *model, struct conn *conn)
{
	conn->given_up = true;
	conn_settle(conn);
	conn_check_retire(model, conn);
}

void model_forget(struct model *model, struct connection *connection)
{
	list_remove(&model->connections, connection);
	conn_free(conn_of(connection));
}

void conn_leave(struct model *model, struct conn *conn, struct sock *sock)
{
	enum side side = conn_side(conn, sock);
	struct end *end = conn_end(conn, side);

	if (side == SIDE_NONE)
		return;
	end->exact = sock_exact(model, sock);
	end->socket = NULL;
	end->closed = true;
	conn->over[side] = true;
	conn_settle(conn);
	conn_check_retire(model, conn);
}

void conn_detach(struct model *model, struct sock *sock)
{
	struct conn *conn = conn_of(sock->pub.connection);

	if (!conn)
		return;
	conn_leave(model, conn, sock);
	sock->pub.connection = NULL;
	sock->has_base = false;
}

void conns_unqueue(struct model *model, const struct listener *listener, int64_t t_ns)
{
	/* from the end: the one at hand may be forgotten, and another one in its place */
	for (size_t i = model->connections.len; i--;) {
		struct conn *conn =
			i < model->connections.len ? conn_of(model->connections.items[i]) : NULL;

		if (!conn || conn->pub.listener != listener ||
		    conn->pub.protocol != PROTOCOL_UNIX || !conn_waits_in_queue(conn))
			continue;
		if (!conn->over[SIDE_CLIENT])
			conn_reset(conn, SIDE_SERVER, t_ns);
		conn_settle(conn);
		conn_check_retire(model, conn);
	}
}

void conn_finish(const struct model *model, struct conn *conn)
{
	struct end *ends[] = {&conn->pub.client, &conn->pub.server};

	for (size_t i = 0; i < 2; i++)
		if (ends[i]->socket)
			ends[i]->exact = sock_exact(model, sock_of(ends[i]->socket));
	conn->pub.lossless = capture_lost(&model->capture) == conn->lost_before;
	conn_settle(conn);
}

void conns_release(struct model *model)
{
	vec_each (at, &model->connections)
		conn_free(conn_of(*at));
	vec_release(&model->connections);
}

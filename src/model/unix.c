/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns how two UNIX sockets become the ends of a connection. Does not know what
 * goes over it.
 */
#include "model/unix.h"

#include "model/connections.h"
#include "model/listeners.h"
#include "model/sockets.h"
#include "model/wire.h"

static void queue_arrival(struct model *model, struct conn *conn, struct listening *listening,
			  int64_t t_ns, uint32_t depth)
{
	if (!listening || conn->queued)
		return;
	conn->queued = true;
	conn->queued_ns = t_ns;
	conn->pub.listener = &listening->pub;
	listener_arrival(model, listening, t_ns, depth);
}

/* accept() returned before connect() did, and told of what is at the other end. */
static struct conn *accepted_first(const struct model *model, const struct sock *client)
{
	struct sock *child = sock_find(model, client->peer_key);
	struct conn *conn = child ? conn_of(child->pub.connection) : NULL;

	return conn && child->accepted && !conn->pub.client.seen ? conn : NULL;
}

/* It waits for accept(), where its client may be gone. */
static void unix_queue(struct model *model, struct conn *conn, uint64_t key)
{
	if (!(key & ST_ID_POINTER) || key & ST_ID_UNIX)
		return;
	unix_unqueue(model, conn);
	conn->unix_queued = key;
	if (hashmap_set(&model->index->unix_queued, key, conn))
		model_fail(model);
}

void unix_unqueue(struct model *model, struct conn *conn)
{
	struct hashmap *queued = &model->index->unix_queued;

	/* the address may be another one's by now */
	if (conn->unix_queued && hashmap_get(queued, conn->unix_queued) == conn)
		hashmap_remove(queued, conn->unix_queued);
	conn->unix_queued = 0;
}

void unix_connected(struct model *model, struct sock *sock, const struct address *path,
		    const struct st_call *call, int64_t enter_ns)
{
	struct conn *conn = conn_of(sock->pub.connection);
	struct listening *listening = listener_find(model, sock->pub.netns, path);
	int64_t t_ns = wire_time(model, call->h.ts_ns);
	uint32_t depth = listening ? listening->pub.depth + 1 : 0;

	sock->pub.peer = *path;
	if (conn && conn_side(conn, sock) == SIDE_CLIENT && conn->pub.outcome == OUTCOME_OPEN) {
		/* accept() returned before connect() did */
		conn_update(model, conn, sock);
	} else {
		conn_detach(model, sock);
		conn = accepted_first(model, sock);
		if (!conn)
			conn = conn_create(model, sock, enter_ns);
		if (!conn)
			return;
		conn->pub.seen_from_start = true;
		conn_attach(model, conn, SIDE_CLIENT, sock);
	}
	if (enter_ns < conn->pub.start_ns)
		conn->pub.start_ns = enter_ns;
	if (conn->pub.established_ns == TIME_UNKNOWN || t_ns < conn->pub.established_ns)
		conn->pub.established_ns = t_ns;
	conn->pub.connect_ns = t_ns - enter_ns;
	unix_queue(model, conn, sock->peer_key);
	/* the queue as this connect() left it, where the kernel side found the listener */
	queue_arrival(model, conn, listening, t_ns, call->backlog ? call->depth : depth);
}

static struct conn *of_client(struct model *model, struct sock *client, int64_t t_ns)
{
	struct conn *conn = conn_of(client->pub.connection);

	if (conn)
		return conn->pub.server.seen ? NULL : conn;
	conn = conn_create(model, client, t_ns);
	if (!conn)
		return NULL;
	conn->pub.seen_from_start = true;
	conn_attach(model, conn, SIDE_CLIENT, client);
	return conn;
}

/* A queue is first in, first out: those whose connect() was not seen, as many as waited when the
 * trace began. Since when they had is not known. */
static bool was_there_before(const struct conn *conn, struct listening *listening)
{
	if (conn->queued || !listening || !listening->waiting)
		return false;
	listening->waiting--;
	return true;
}

struct conn *unix_accepted(struct model *model, struct listening *listening, struct sock *child,
			   const struct address *path, int64_t t_ns)
{
	struct sock *client = sock_find(model, child->peer_key);
	struct conn *conn = conn_of(child->pub.connection);

	if (conn)
		return conn;
	if (client && client != child && client->pub.protocol == PROTOCOL_UNIX &&
	    !sock_is_datagram(client))
		conn = of_client(model, client, t_ns);
	else
		conn = hashmap_get(&model->index->unix_queued, child->peer_key);
	/* of a listener that nobody told of, the client has */
	child->pub.local = !path->path_len && conn ? conn->pub.server_address : *path;
	if (!conn)
		conn = conn_create(model, child, t_ns);
	if (!conn)
		return NULL;
	unix_unqueue(model, conn);
	conn_attach(model, conn, SIDE_SERVER, child);
	if (was_there_before(conn, listening))
		return conn;
	if (conn->pub.established_ns == TIME_UNKNOWN && conn->pub.client.seen)
		conn->pub.established_ns = t_ns;
	queue_arrival(model, conn, listening, t_ns, listening ? listening->pub.depth : 0);
	return conn;
}

struct conn *unix_paired(struct model *model, struct sock *first, struct sock *second, int64_t t_ns)
{
	struct conn *conn = conn_create(model, first, t_ns);

	if (!conn)
		return NULL;
	conn->pub.established_ns = t_ns;
	conn->pub.seen_from_start = true;
	conn_attach(model, conn, SIDE_CLIENT, first);
	conn_attach(model, conn, SIDE_SERVER, second);
	return conn;
}

struct conn *unix_known(struct model *model, struct sock *sock, int64_t t_ns)
{
	struct conn *conn = conn_of(sock->pub.connection);
	struct sock *peer = sock_find(model, sock->peer_key);
	struct listening *listening;
	enum side side;

	if (conn || sock->pub.listener)
		return conn;
	listening = sock->pub.local.path_len
			    ? listener_find(model, sock->pub.netns, &sock->pub.local)
			    : NULL;
	/* accepted sockets carry the listener's name, connected ones mostly none */
	side = sock->pub.local.path_len ? SIDE_SERVER : SIDE_CLIENT;
	if (peer && peer != sock && peer->pub.connection)
		conn = conn_of(peer->pub.connection);
	if (conn && conn->pub.client.seen && conn->pub.server.seen)
		conn = NULL;
	if (conn) {
		side = conn->pub.client.seen ? SIDE_SERVER : SIDE_CLIENT;
	} else {
		conn = conn_create(model, sock, t_ns);
		if (!conn)
			return NULL;
		conn->pub.roles_inferred = true;
	}
	if (side == SIDE_SERVER && listening)
		conn->pub.listener = &listening->pub;
	conn_attach(model, conn, side, sock);
	return conn;
}

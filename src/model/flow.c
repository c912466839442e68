/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the flows of datagram sockets: one per peer address, the first sender is the
 * client, two local sockets of one flow are put together. Knows nothing of streams.
 */
#include "model/flows.h"

#include "model/connections.h"
#include "model/pairs.h"
#include "model/sockets.h"

static uint64_t flow_key(const struct sock *sock, const struct address *peer)
{
	uint64_t seed = sock->pub.id << 24 ^ (uint64_t)peer->family << 16 ^ peer->port;

	if (peer->family == FAMILY_UNIX)
		return hash_bytes(peer->path, peer->path_len, seed ^ peer->abstract);
	return hash_bytes(peer->bytes, sizeof(peer->bytes), seed);
}

/* The sender is known as a socket: it need not have a name. */
static uint64_t flow_key_of(const struct sock *sock, const struct sock *sender)
{
	return hash_bytes(&sender->pub.id, sizeof(sender->pub.id), sock->pub.id);
}

static void flow_map(struct model *model, struct flow *flow)
{
	if (hashmap_set(&model->index->flows, flow->key, flow))
		model_fail(model);
}

static void flow_unmap(struct model *model, const struct flow *flow)
{
	if (hashmap_get(&model->index->flows, flow->key) == flow)
		hashmap_remove(&model->index->flows, flow->key);
}

static void flow_unlink(struct flow *flow)
{
	struct sock *sock = flow->sock;

	*(flow->older ? &flow->older->newer : &sock->oldest) = flow->newer;
	*(flow->newer ? &flow->newer->older : &sock->newest) = flow->older;
	flow->older = flow->newer = NULL;
	flow->sock = NULL;
	sock->flows--;
}

static void flow_link(struct flow *flow, struct sock *sock)
{
	flow->sock = sock;
	flow->newer = NULL;
	flow->older = sock->newest;
	*(sock->newest ? &sock->newest->newer : &sock->oldest) = flow;
	sock->newest = flow;
	sock->flows++;
}

static void flow_forget(struct model *model, struct flow *flow)
{
	flow_unmap(model, flow);
	flow_unlink(flow);
}

/* Takes the place of another flow object in the tables. */
static void flow_replace(struct model *model, struct flow *flow, struct flow *by)
{
	struct sock *sock = flow->sock;

	if (!sock)
		return;
	by->key = flow->key;
	by->conn = flow->conn;
	flow_unlink(flow);
	flow_link(by, sock);
	if (hashmap_get(&model->index->flows, by->key) == flow)
		flow_map(model, by);
}

void flow_move(struct model *model, struct conn *from, struct conn *into, enum side side)
{
	flow_replace(model, &from->flow[side], &into->flow[side]);
	into->flow[side].conn = into;
}

/* sock has no such flow any more; the flow is over if nobody else has it. */
static void flow_leave(struct model *model, struct conn *conn, struct sock *sock)
{
	enum side side = conn_side(conn, sock);

	if (conn->flow[side].sock)
		flow_forget(model, &conn->flow[side]);
	if (sock->pub.connection == &conn->pub)
		sock->pub.connection = NULL;
	conn_leave(model, conn, sock);
}

/* Makes room: ends the flow idle longest, at both ends. */
static void flows_evict(struct model *model, struct sock *sock)
{
	struct conn *conn = sock->oldest->conn;
	struct sock *client = sock_of(conn->pub.client.socket);
	struct sock *server = sock_of(conn->pub.server.socket);

	conn->evicted = true;
	conn_end_over(conn, SIDE_CLIENT, conn->last_ns);
	conn_end_over(conn, SIDE_SERVER, conn->last_ns);
	/* the second leave retires it */
	if (client)
		flow_leave(model, conn, client);
	if (server)
		flow_leave(model, conn, server);
}

static void flow_attach(struct model *model, struct conn *conn, enum side side, struct sock *sock,
			const struct address *peer, uint64_t key)
{
	struct flow *flow = &conn->flow[side];

	if (sock->flows >= FLOWS_MAX)
		flows_evict(model, sock);
	conn_end(conn, side)->peer = *peer;
	flow->conn = conn;
	flow->key = key;
	if (side == SIDE_SERVER)
		sock->serves = true;
	flow_link(flow, sock);
	flow_map(model, flow);
	conn_attach(model, conn, side, sock);
}

/* Who sends first is the client. Of a socket from before the capture: who has connected, or else
 * who has a port that the kernel chose where the other has not. */
static enum side flow_side(const struct sock *sock, const struct address *peer,
			   enum st_direction direction)
{
	bool chosen = port_is_ephemeral(sock->pub.local.port);

	if (sock->pub.from_snapshot && sock->pub.peer.family != FAMILY_NONE)
		return SIDE_CLIENT;
	if (sock->pub.from_snapshot && peer->port && chosen != port_is_ephemeral(peer->port))
		return chosen ? SIDE_CLIENT : SIDE_SERVER;
	return direction == ST_SEND ? SIDE_CLIENT : SIDE_SERVER;
}

static struct conn *flow_create(struct model *model, struct sock *sock, const struct address *peer,
				enum st_direction direction, int64_t t_ns)
{
	struct end end = {.socket = &sock->pub,
			  .netns = sock->pub.netns,
			  .local = sock->pub.local,
			  .peer = *peer};
	struct conn *conn = tuple_find(model, &end, sock->pub.protocol, NULL);
	enum side side = flow_side(sock, peer, direction);

	if (conn) {
		side = conn->pub.client.seen ? SIDE_SERVER : SIDE_CLIENT;
	} else {
		conn = conn_create(model, sock, t_ns);
		if (!conn)
			return NULL;
		conn->pub.seen_from_start = !sock->pub.from_snapshot;
		conn->pub.roles_inferred = sock->pub.from_snapshot;
	}
	flow_attach(model, conn, side, sock, peer, flow_key(sock, peer));
	return conn;
}

static struct flow *flow_find(const struct model *model, const struct sock *sock,
			      const struct address *peer)
{
	struct flow *flow = hashmap_get(&model->index->flows, flow_key(sock, peer));

	if (flow && flow->sock == sock)
		return flow;
	/* recv() does not ask who sent; where only one does, it is that one */
	return peer->family == FAMILY_NONE && sock->flows == 1 ? sock->newest : NULL;
}

struct conn *flow_seen(struct model *model, struct sock *sock, const struct address *peer,
		       enum st_direction direction, int64_t t_ns)
{
	struct flow *flow = flow_find(model, sock, peer);
	struct conn *conn;

	if (flow) {
		flow_unlink(flow);
		flow_link(flow, sock);
		conn = flow->conn;
	} else {
		conn = flow_create(model, sock, peer, direction, t_ns);
	}
	if (conn && t_ns > conn->last_ns)
		conn->last_ns = t_ns;
	return conn;
}

static struct flow *flow_between(struct sock *sock, const struct sock *other)
{
	for (struct flow *flow = sock->newest; flow; flow = flow->older) {
		enum side side = conn_side(flow->conn, sock);

		if (conn_end(flow->conn, side_other(side))->socket == &other->pub)
			return flow;
	}
	return NULL;
}

void flow_connected(struct model *model, struct sock *sock, const struct address *path,
		    int64_t t_ns)
{
	struct sock *peer = sock_find(model, sock->peer_key);
	bool joins = peer && peer != sock && !peer->released && sock_is_datagram(peer) &&
		     peer->pub.protocol == PROTOCOL_UNIX && (peer->flows || !peer->pub.connection);
	struct flow *flow = joins ? flow_between(sock, peer) : flow_find(model, sock, path);
	struct conn *conn;

	if (flow) {
		flow_unmap(model, flow);
		flow->key = flow_key(sock, path);
		flow_map(model, flow);
		return;
	}
	conn = conn_create(model, sock, t_ns);
	if (!conn)
		return;
	conn->pub.seen_from_start = true;
	flow_attach(model, conn, SIDE_CLIENT, sock, path, flow_key(sock, path));
	if (!joins)
		return;
	if (peer->pub.local.family == FAMILY_NONE)
		peer->pub.local = *path;
	flow_attach(model, conn, SIDE_SERVER, peer, &sock->pub.local, flow_key_of(peer, sock));
}

void flow_flip(struct model *model, struct conn *conn)
{
	struct flow aside = {.conn = conn};
	struct sock *server;

	flow_replace(model, &conn->flow[SIDE_CLIENT], &aside);
	flow_replace(model, &conn->flow[SIDE_SERVER], &conn->flow[SIDE_CLIENT]);
	flow_replace(model, &aside, &conn->flow[SIDE_SERVER]);
	server = conn->flow[SIDE_SERVER].sock;
	if (server)
		server->serves = true;
}

void flows_update(struct model *model, struct sock *sock)
{
	struct flow *flow = sock->oldest;

	while (flow) {
		struct conn *conn = flow->conn;
		struct flow *next = flow->newer;
		struct end *end = conn_end(conn, conn_side(conn, sock));
		struct conn *other;

		conn_update(model, conn, sock);
		other = conn->pub.client.seen && conn->pub.server.seen
				? NULL
				: tuple_find(model, end, sock->pub.protocol, conn);
		if (other)
			conn_join(model, other, conn);
		flow = next;
	}
}

void flows_over(struct sock *sock, int64_t t_ns)
{
	for (struct flow *flow = sock->oldest; flow; flow = flow->newer) {
		enum side side = conn_side(flow->conn, sock);

		conn_end_closed(flow->conn, side, t_ns);
		conn_end_over(flow->conn, side, t_ns);
	}
}

void flows_release(struct model *model, struct sock *sock, struct conn *first)
{
	bool socketpair = first && !sock->flows;

	while (sock->oldest)
		flow_leave(model, sock->oldest->conn, sock);
	if (socketpair)
		conn_leave(model, first, sock);
}

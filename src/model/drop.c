/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns what it means that the kernel turned a client away at a listener: the counts,
 * and whose attempt it was. Does not know what becomes of the client.
 */
#include <assert.h>
#include <netinet/tcp.h>
#include <string.h>

#include "model/attempts.h"
#include "model/connections.h"
#include "model/listeners.h"
#include "model/pairs.h"
#include "model/peers.h"
#include "model/records.h"
#include "model/sockets.h"
#include "model/unix_clients.h"
#include "model/wire.h"

static_assert((int)ST_DROP_UNIX - 1 == DROP_UNIX && (int)ST_DROP_MAX - 1 == DROP_PATH_MAX,
	      "a path of the records less one is that of the model");

static const char *const paths[] = {
	[DROP_SYN] = "syn",     [DROP_ACK] = "ack",       [DROP_SYN_QUEUE] = "syn_queue",
	[DROP_OTHER] = "other", [DROP_COOKIE] = "cookie", [DROP_UNIX] = "unix",
};

static_assert(sizeof(paths) / sizeof(*paths) == DROP_PATH_MAX, "every path has a name");

const char *drop_path_text(enum drop_path path)
{
	return path < DROP_PATH_MAX ? paths[path] : "?";
}

/* A drop may be the first thing heard of a listener. */
/* Told late: the listener that it was at is closed, and its socket forgotten. */
static struct listening *closed_since(const struct model *model, const struct st_sock *sock,
				      int64_t t_ns)
{
	struct address local = wire_address(sock->family, sock->v4, sock->local, sock->local_port);

	vec_each (at, &model->listeners) {
		const struct address *own = &(*at)->address;

		if ((*at)->closed_ns != TIME_UNKNOWN && (*at)->closed_ns >= t_ns &&
		    (*at)->protocol == PROTOCOL_TCP && (*at)->netns == sock->netns &&
		    own->port == local.port && (address_is_any(own) || address_equal(own, &local)))
			return listening_of(*at);
	}
	return NULL;
}

static struct listening *drop_listener(struct model *model, const struct st_drop *wire,
				       int64_t t_ns)
{
	struct sock *sock = sock_find(model, wire->sock.id);
	struct st_sock listener = wire->sock;
	struct listening *closed = sock ? NULL : closed_since(model, &wire->sock, t_ns);

	if (sock && sock->pub.listener)
		return listening_of(sock->pub.listener);
	if (closed)
		return closed;
	if (wire_protocol(&listener) != PROTOCOL_TCP || (sock && sock->pub.connection))
		return NULL;
	listener.state = TCP_LISTEN;
	listener.peer_port = 0;
	memset(listener.peer, 0, sizeof(listener.peer));
	sock = sock_seen(model, &listener);
	if (!sock)
		return NULL;
	sock->state = TCP_LISTEN;
	sock->pub.from_snapshot = true;
	return listener_open(model, sock, TIME_UNKNOWN);
}

static void drop_count(struct listener *listener, enum drop_path path, uint8_t flags)
{
	uint64_t *const counts[DROP_PATH_MAX] = {
		[DROP_SYN] = &listener->drops.syn,
		[DROP_ACK] = &listener->drops.ack,
		[DROP_SYN_QUEUE] = &listener->drops.syn_queue,
		[DROP_OTHER] = &listener->drops.other,
		[DROP_COOKIE] = &listener->cookies_sent,
		[DROP_UNIX] =
			flags & ST_DROP_AGAIN ? &listener->unix_eagain : &listener->unix_blocked,
	};

	listener->drops_seen |= 1 << path;
	++*counts[path];
}

static void drop_keep(struct model *model, struct listener *listener, const struct drop *drop)
{
	size_t half = listener->drop_list.len / 2;

	if (listener->drop_list.len >= DROPS_MAX) {
		vec_drop_first(&listener->drop_list, half);
		listener->drops_forgotten += half;
	}
	if (vec_push(&listener->drop_list, *drop))
		model_fail(model);
	else
		vec_settle(&listener->drop_list, t_ns);
}

static void drop_queue(struct model *model, struct listening *listening, const struct st_drop *wire,
		       int64_t t_ns)
{
	if (wire->syn_queue > listening->pub.syn_queue_max)
		listening->pub.syn_queue_max = wire->syn_queue;
	/* a flood would leave no room for how the queue went before */
	if (wire->depth != listening->pub.depth)
		listener_depth(model, listening, t_ns, wire->depth);
}

/* The connection that was to be: its client's where that is here, else known by its address. */
static struct conn *drop_conn(struct model *model, struct listening *listening,
			      const struct address *local, const struct address *peer, int64_t t_ns)
{
	struct end end = {
		.socket = listening->pub.socket,
		.netns = listening->pub.netns,
		.local = *local,
		.peer = *peer,
	};
	struct conn *conn = tuple_find(model, &end, PROTOCOL_TCP, NULL);

	if (conn && conn->pub.client.seen)
		return conn;
	conn = attempt_find(model, end.netns, local, peer, t_ns);
	if (conn)
		return conn;
	/* told late: meanwhile it has got in */
	end = (struct end){.netns = listening->pub.netns, .local = *peer, .peer = *local};
	conn = tuple_find(model, &end, PROTOCOL_TCP, NULL);
	if (conn && conn->pub.server.seen && conn->pub.established_ns >= t_ns)
		return conn;
	conn = conn_of(model_connection(model, peer_got_in_after(listening, peer, t_ns)));
	if (conn)
		return conn;
	return attempt_new(model, listening, local, peer, t_ns);
}

static bool drop_of_syn(const struct st_drop *wire)
{
	return wire->path == ST_DROP_SYN || wire->path == ST_DROP_SYN_QUEUE ||
	       (wire->path == ST_DROP_OTHER && !(wire->flags & ST_DROP_LAST_ACK));
}

static void conn_dropped(struct model *model, struct conn *conn, struct listening *listening,
			 const struct st_drop *wire, int64_t t_ns)
{
	struct connection *pub = &conn->pub;
	struct event event = {
		.name = EVENT_DROP,
		.t_ns = t_ns,
		.fd = -1,
		.arg.drop = {wire->depth, wire->limit, wire->path - 1},
	};

	if (!pub->server.seen)
		pub->listener = &listening->pub;
	if (t_ns < pub->start_ns)
		pub->start_ns = t_ns;
	if (drop_of_syn(wire)) {
		conn->syns_dropped++;
		if (!pub->client.seen && (pub->syn_ns == TIME_UNKNOWN || t_ns < pub->syn_ns))
			pub->syn_ns = t_ns;
	} else {
		conn->syn_passed = true;
	}
	conn_turned_away(conn, t_ns);
	conn_count_syns(conn);
	attempt_again(model, conn);
	conn_event(model, conn, SIDE_SERVER, &event);
}

void drop_apply(struct model *model, const struct st_drop *wire)
{
	const struct st_sock *sock = &wire->sock;
	int64_t t = wire_time(model, wire->h.ts_ns);
	struct listening *listening = drop_listener(model, wire, t);
	struct address local = wire_address(sock->family, sock->v4, sock->local, sock->local_port);
	struct address peer = wire_address(sock->family, sock->v4, sock->peer, sock->peer_port);
	struct drop drop = {t, UINT32_MAX, wire->depth, wire->limit, wire->path - 1,
			    wire->flags & ST_DROP_AGAIN};
	struct conn *conn = NULL;

	if (!listening)
		return;
	drop_count(&listening->pub, drop.path, wire->flags);
	drop_queue(model, listening, wire, t);
	if (drop.path == DROP_UNIX)
		unix_client_full(model, listening, wire);
	if (drop.path < DROP_COOKIE && peer.family != FAMILY_NONE && listening->pub.socket)
		conn = drop_conn(model, listening, &local, &peer, t);
	if (conn) {
		drop.peer = peer_dropped(model, listening, conn, &peer, t);
		conn_dropped(model, conn, listening, wire, t);
		if (conn->pub.server.seen)
			attempt_got_in(model, conn, &peer, conn->pub.established_ns);
	}
	drop_keep(model, &listening->pub, &drop);
}

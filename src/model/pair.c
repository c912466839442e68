/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the search for the other end of a connection. Does not know what is done once
 * it is found.
 */
#include "model/pairs.h"

#include <string.h>

#include "model/attempts.h"
#include "model/connections.h"
#include "model/unix.h"

struct conn *pair_find(const struct model *model, uint64_t pair, enum side missing)
{
	struct conn *conn = pair ? hashmap_get(&model->index->pairs, pair) : NULL;

	return conn && !conn_end(conn, missing)->seen ? conn : NULL;
}

static bool ends_complete(const struct conn *a, const struct conn *b)
{
	return a->pub.client.seen + b->pub.client.seen < 2 &&
	       a->pub.server.seen + b->pub.server.seen < 2;
}

static void pair_unmap(struct model *model, struct conn *conn)
{
	if (conn->pub.has_pair && hashmap_get(&model->index->pairs, conn->pub.pair) == conn)
		hashmap_remove(&model->index->pairs, conn->pub.pair);
}

struct conn *pair_set(struct model *model, struct conn *conn, uint64_t pair)
{
	struct conn *other = pair ? hashmap_get(&model->index->pairs, pair) : NULL;

	if (!pair)
		return conn;
	pair_unmap(model, conn);
	conn->pub.pair = pair;
	conn->pub.has_pair = true;
	if (other && other != conn && ends_complete(other, conn))
		return conn_merge(model, other, conn);
	if (hashmap_set(&model->index->pairs, pair, conn))
		model_fail(model);
	return conn;
}

/* Datagram sockets are often bound to no address, so only ports make the key. */
static uint64_t half_key(const struct address *address, bool datagram)
{
	return hash_bytes(address->bytes, datagram ? 0 : sizeof(address->bytes), address->port);
}

/* The same from both ends; 0: too little is known. */
static uint64_t tuple_key(const struct address *local, const struct address *peer, bool datagram)
{
	if (!local->port || !peer->port)
		return 0;
	return half_key(local, datagram) + half_key(peer, datagram) + datagram;
}

static const struct end *only_end(const struct conn *conn)
{
	if (conn->pub.client.seen == conn->pub.server.seen)
		return NULL;
	return conn->pub.client.seen ? &conn->pub.client : &conn->pub.server;
}

static void tuple_unlink(struct model *model, struct conn *conn)
{
	struct hashmap *tuples = &model->index->tuples;
	struct conn *head = hashmap_get(tuples, conn->tuple_key);

	if (!conn->in_tuples)
		return;
	conn->in_tuples = false;
	if (head == conn) {
		if (conn->tuple_next)
			hashmap_set(tuples, conn->tuple_key,
				    conn->tuple_next); /* replaces: needs no memory */
		else
			hashmap_remove(tuples, conn->tuple_key);
		return;
	}
	while (head->tuple_next != conn)
		head = head->tuple_next;
	head->tuple_next = conn->tuple_next;
}

void tuple_index(struct model *model, struct conn *conn)
{
	const struct end *end = only_end(conn);
	bool datagram = conn->pub.protocol == PROTOCOL_UDP;
	uint64_t key = 0;

	if (end && conn->pub.protocol != PROTOCOL_UNIX && !conn->pub.retired)
		key = tuple_key(&end->local, &end->peer, datagram);
	if (conn->in_tuples && key == conn->tuple_key)
		return;
	tuple_unlink(model, conn);
	if (!key)
		return;
	conn->tuple_key = key;
	conn->tuple_next = hashmap_get(&model->index->tuples, key);
	if (hashmap_set(&model->index->tuples, key, conn)) {
		model_fail(model);
		return;
	}
	conn->in_tuples = true;
}

static bool address_meets(const struct address *local, const struct address *peer)
{
	return local->port == peer->port && (address_is_any(local) || address_equal(local, peer));
}

struct conn *tuple_find(const struct model *model, const struct end *end, enum protocol protocol,
			const struct conn *except)
{
	uint64_t key = tuple_key(&end->local, &end->peer, protocol == PROTOCOL_UDP);
	struct conn *conn = key ? hashmap_get(&model->index->tuples, key) : NULL;

	for (; conn; conn = conn->tuple_next) {
		const struct end *other = only_end(conn);
		enum side side = other == &conn->pub.client ? SIDE_CLIENT : SIDE_SERVER;

		if (conn == except || !other || conn->pub.protocol != protocol ||
		    other->socket == end->socket)
			continue;
		/* a datagram may be read long after its sender closed */
		if (conn->over[side] && protocol != PROTOCOL_UDP)
			continue;
		/* every network namespace has a loopback of its own */
		if (address_is_loopback(&end->peer) && other->netns != end->netns)
			continue;
		if (address_meets(&end->local, &other->peer) &&
		    address_meets(&other->local, &end->peer))
			return conn;
	}
	return NULL;
}

void pair_forget(struct model *model, struct conn *conn)
{
	tuple_unlink(model, conn);
	pair_unmap(model, conn);
	attempt_forget(model, conn);
	unix_unqueue(model, conn);
}

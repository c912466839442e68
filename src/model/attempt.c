/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the attempts that are not back yet, the one heard of least recently first.
 * Does not know how they were turned away.
 */
#include "model/attempts.h"

#include "model/connections.h"
#include "model/peers.h"

/* The longest pause between two SYNs of one connection is 64 s by default, 120 s at most. */
#define PATIENCE_NS 130000000000LL
#define FIRST_PAUSE_NS 5000000000LL /* 1 s, of old systems 3 s */

/* The latest that it can come: each pause between two SYNs is twice the one before. Who comes
 * later is another client with that port. */
static int64_t next_try(const struct conn *conn)
{
	return conn->last_ns + 2 * (conn->last_ns - conn->pub.start_ns) + FIRST_PAUSE_NS;
}

/* A server's address may be known as any address. */
static uint64_t attempt_key(uint32_t netns, uint16_t port, const struct address *client)
{
	uint64_t place = address_is_loopback(client) ? netns : 0;

	return hash_bytes(client->bytes, sizeof(client->bytes),
			  place << 32 | (uint32_t)port << 16 | client->port);
}

struct conn *attempt_find(const struct model *model, uint32_t netns, const struct address *server,
			  const struct address *client, int64_t t_ns)
{
	struct conn *conn;
	const struct address *expected;

	if (!model->index->oldest_attempt)
		return NULL; /* as in most traces */
	conn = hashmap_get(&model->index->attempts, attempt_key(netns, server->port, client));
	expected = conn ? &conn->pub.server_address : NULL;
	if (!conn || expected->port != server->port ||
	    !address_equal(&conn->pub.client_address, client) || t_ns > next_try(conn))
		return NULL;
	return address_is_any(expected) || address_equal(expected, server) ? conn : NULL;
}

static void attempt_link(struct model_index *index, struct conn *conn)
{
	conn->attempt.linked = true;
	conn->attempt.older = index->newest_attempt;
	conn->attempt.newer = NULL;
	if (index->newest_attempt)
		index->newest_attempt->attempt.newer = conn;
	else
		index->oldest_attempt = conn;
	index->newest_attempt = conn;
}

static void attempt_unlink(struct model_index *index, struct conn *conn)
{
	struct conn *older = conn->attempt.older, *newer = conn->attempt.newer;

	conn->attempt.linked = false;
	*(older ? &older->attempt.newer : &index->oldest_attempt) = newer;
	*(newer ? &newer->attempt.older : &index->newest_attempt) = older;
}

struct conn *attempt_new(struct model *model, struct listening *listening,
			 const struct address *server, const struct address *client, int64_t t_ns)
{
	struct model_index *index = model->index;
	struct conn *conn;

	if (index->attempts.len >= ATTEMPTS_MAX)
		conn_give_up(model, index->oldest_attempt);
	conn = conn_create(model, sock_of(listening->pub.socket), t_ns);
	if (!conn)
		return NULL;
	conn->pub.seen_from_start = true;
	conn->pub.listener = &listening->pub;
	conn->pub.client_address = *client;
	conn->pub.server_address = *server;
	conn->pub.family = client->family;
	conn->attempt.key = attempt_key(listening->pub.netns, server->port, client);
	attempt_link(index, conn);
	if (hashmap_set(&index->attempts, conn->attempt.key, conn))
		model_fail(model);
	return conn;
}

void attempt_again(struct model *model, struct conn *conn)
{
	if (!conn->attempt.linked)
		return;
	attempt_unlink(model->index, conn);
	attempt_link(model->index, conn);
}

void attempt_forget(struct model *model, struct conn *conn)
{
	struct model_index *index = model->index;

	if (!conn->attempt.linked)
		return;
	attempt_unlink(index, conn);
	if (hashmap_get(&index->attempts, conn->attempt.key) == conn)
		hashmap_remove(&index->attempts, conn->attempt.key);
}

void attempt_got_in(struct model *model, struct conn *conn, const struct address *client,
		    int64_t t_ns)
{
	struct connection *pub = &conn->pub;

	conn->syn_passed = true;
	conn_count_syns(conn);
	if (!pub->client.seen && pub->syn_ns != TIME_UNKNOWN)
		pub->connect_ns = t_ns - pub->syn_ns;
	if (pub->listener)
		peer_connected(model, listening_of(pub->listener), conn, client, t_ns);
	conn_settle(conn);
}

void attempts_depart_due(struct model *model)
{
	struct model_index *index = model->index;

	while (index->oldest_attempt &&
	       index->oldest_attempt->last_ns < index->now_ns - PATIENCE_NS)
		conn_give_up(model, index->oldest_attempt);
}

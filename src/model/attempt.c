/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the attempts that are not back yet, the one heard of least recently first.
 * Does not know how they were turned away.
 */
#include "model/attempts.h"

#include "model/connections.h"

/* The longest pause between two SYNs of one connection is 64 s by default, 120 s at most. */
#define PATIENCE_NS 130000000000LL

static uint64_t attempt_key(uint32_t netns, uint16_t port, const struct address *peer)
{
	return hash_bytes(peer->bytes, sizeof(peer->bytes),
			  (uint64_t)netns << 32 | (uint32_t)port << 16 | peer->port);
}

struct conn *attempt_find(const struct model *model, uint32_t netns, uint16_t port,
			  const struct address *peer)
{
	struct conn *conn = hashmap_get(&model->index->attempts, attempt_key(netns, port, peer));

	if (!conn || conn->pub.listener->netns != netns || conn->pub.server_address.port != port ||
	    !address_equal(&conn->pub.client_address, peer))
		return NULL;
	return conn;
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
			 const struct address *local, const struct address *peer, int64_t t_ns)
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
	conn->pub.client_address = *peer;
	conn->pub.server_address = *local;
	conn->pub.family = peer->family;
	conn->attempt.key = attempt_key(listening->pub.netns, local->port, peer);
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

void attempts_depart_due(struct model *model)
{
	struct model_index *index = model->index;

	while (index->oldest_attempt &&
	       index->oldest_attempt->last_ns < index->now_ns - PATIENCE_NS)
		conn_give_up(model, index->oldest_attempt);
}

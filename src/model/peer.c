/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the list of dropped peers of each listener and its bound. Does not know where
 * and why they were turned away.
 */
#include "model/peers.h"

static uint64_t peer_key(const struct address *address)
{
	return hash_bytes(address->bytes, sizeof(address->bytes),
			  (uint64_t)address->family << 16 | address->port);
}

static struct dropped_peer *peer_find(const struct listening *listening,
				      const struct address *address)
{
	size_t place = (uintptr_t)hashmap_get(&listening->peers, peer_key(address));
	struct dropped_peer *peer = place ? &listening->pub.dropped_peers.items[place - 1] : NULL;

	return peer && address_equal(&peer->address, address) ? peer : NULL;
}

static int peer_map(struct listening *listening, size_t place)
{
	const struct dropped_peer *peer = &listening->pub.dropped_peers.items[place];

	return hashmap_set(&listening->peers, peer_key(&peer->address), (void *)(place + 1));
}

/* The older half goes. */
static void peers_forget(struct model *model, struct listening *listening)
{
	struct listener *pub = &listening->pub;
	size_t gone = pub->dropped_peers.len / 2;

	vec_drop_first(&pub->dropped_peers, gone);
	vec_each (drop, &pub->drop_list)
		if (drop->peer != UINT32_MAX)
			drop->peer = drop->peer < gone ? UINT32_MAX : drop->peer - (uint32_t)gone;
	hashmap_release(&listening->peers);
	for (size_t i = 0; i < pub->dropped_peers.len; i++)
		if (peer_map(listening, i))
			model_fail(model);
}

static struct dropped_peer *peer_new(struct model *model, struct listening *listening,
				     const struct conn *conn, const struct address *address,
				     int64_t t_ns)
{
	struct listener *pub = &listening->pub;
	struct dropped_peer peer = {
		.address = *address,
		.first_ns = t_ns,
		.last_ns = t_ns,
		.connection = conn->pub.id,
		.connected_ns = TIME_UNKNOWN,
	};

	if (pub->dropped_peers.len >= PEERS_MAX)
		peers_forget(model, listening);
	if (vec_push(&pub->dropped_peers, peer) ||
	    peer_map(listening, pub->dropped_peers.len - 1)) {
		model_fail(model);
		return NULL;
	}
	pub->dropped_attempts++;
	return &pub->dropped_peers.items[pub->dropped_peers.len - 1];
}

uint32_t peer_dropped(struct model *model, struct listening *listening, const struct conn *conn,
		      const struct address *address, int64_t t_ns)
{
	struct dropped_peer *peer = peer_find(listening, address);

	/* a port used again is another attempt */
	if (!peer || peer->connection != conn->pub.id)
		peer = peer_new(model, listening, conn, address, t_ns);
	if (!peer)
		return UINT32_MAX;
	peer->syns++;
	if (t_ns < peer->first_ns)
		peer->first_ns = t_ns;
	if (t_ns > peer->last_ns)
		peer->last_ns = t_ns;
	return (uint32_t)(peer - listening->pub.dropped_peers.items);
}

uint64_t peer_got_in_after(const struct listening *listening, const struct address *address,
			   int64_t t_ns)
{
	const struct dropped_peer *peer = peer_find(listening, address);

	return peer && peer->connected_ns != TIME_UNKNOWN && peer->first_ns <= t_ns &&
			       peer->connected_ns >= t_ns
		       ? peer->connection
		       : 0;
}

static void connected(const struct listening *listening, const struct conn *conn,
		      const struct address *address, int64_t t_ns)
{
	struct dropped_peer *peer = peer_find(listening, address);

	if (peer && peer->connection == conn->pub.id && peer->connected_ns == TIME_UNKNOWN)
		peer->connected_ns = t_ns;
}

void peer_connected(struct model *model, const struct listening *listening, const struct conn *conn,
		    const struct address *address, int64_t t_ns)
{
	if (!listening->pub.group) {
		connected(listening, conn, address, t_ns);
		return;
	}
	/* another member of the group may have turned it away */
	vec_each (at, &model->listeners)
		if ((*at)->group == listening->pub.group)
			connected(listening_of(*at), conn, address, t_ns);
}

void peers_merged(struct model *model, const struct conn *into, const struct conn *from)
{
	if (!from->pub.turned_away)
		return;
	vec_each (at, &model->listeners)
		vec_each (peer, &(*at)->dropped_peers)
			if (peer->connection == from->pub.id)
				peer->connection = into->pub.id;
}

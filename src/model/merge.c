/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns what happens when two connections turn out to be the two ends of one, or one's
 * roles to be the other way round. Does not know how that was found out.
 */
#include <assert.h>
#include <string.h>

#include "model/attempts.h"
#include "model/connections.h"
#include "model/flows.h"
#include "model/listeners.h"
#include "model/pairs.h"
#include "model/peers.h"
#include "model/sockets.h"

#define earliest(a, b) ((a) == TIME_UNKNOWN || ((b) != TIME_UNKNOWN && (b) < (a)) ? (b) : (a))
#define known(a, b) ((a) == TIME_UNKNOWN ? (b) : (a))

static void merge_end(struct model *model, struct conn *into, struct conn *from, enum side side)
{
	struct end *end = conn_end(from, side);

	if (!end->seen || conn_end(into, side)->seen)
		return;
	*conn_end(into, side) = *end;
	into->over[side] = from->over[side];
	into->handed_on[side] = from->handed_on[side];
	flow_move(model, from, into, side);
	if (end->socket && end->socket->connection == &from->pub)
		end->socket->connection = &into->pub;
	if (side == SIDE_CLIENT)
		into->pub.client_address = from->pub.client_address;
	else if (into->pub.server_address.family == FAMILY_NONE ||
		 address_is_any(&into->pub.server_address))
		into->pub.server_address = from->pub.server_address;
}

static void merge_times(struct connection *into, const struct connection *from)
{
	into->start_ns = from->start_ns < into->start_ns ? from->start_ns : into->start_ns;
	into->syn_ns = earliest(into->syn_ns, from->syn_ns);
	into->established_ns = earliest(into->established_ns, from->established_ns);
	into->accepted_ns = known(into->accepted_ns, from->accepted_ns);
	into->connect_ns = known(into->connect_ns, from->connect_ns);
	into->accept_wait_ns = known(into->accept_wait_ns, from->accept_wait_ns);
	into->retransmits += from->retransmits;
	/* of a reuseport group the member that let it in, not the one that turned it away */
	if (from->listener && (from->server.seen || !into->listener))
		into->listener = from->listener;
	into->seen_from_start |= from->seen_from_start;
	into->roles_inferred &= from->roles_inferred;
	if (!into->has_pair && from->has_pair) {
		into->pair = from->pair;
		into->has_pair = true;
	}
}

static void merge_told(struct model *model, const struct conn *conn)
{
	if (model->watch.merge)
		model->watch.merge(model->watch.context, &conn->pub);
}

struct conn *conn_merge(struct model *model, struct conn *a, struct conn *b)
{
	struct conn *into = a->pub.id < b->pub.id ? a : b;
	struct conn *from = into == a ? b : a;

	merge_told(model, from);
	pair_forget(model, from);
	attempt_forget(model, into);
	merge_end(model, into, from, SIDE_CLIENT);
	merge_end(model, into, from, SIDE_SERVER);
	merge_times(&into->pub, &from->pub);
	peers_merged(model, into, from);
	into->pub.turned_away += from->pub.turned_away;
	into->syns_sent = into->syns_sent > from->syns_sent ? into->syns_sent : from->syns_sent;
	into->syns_dropped += from->syns_dropped;
	into->syn_passed |= from->syn_passed;
	conn_count_syns(into);
	into->queued |= from->queued;
	into->served |= from->served;
	into->failure_told |= from->failure_told;
	into->found_over |= from->found_over;
	into->queued_ns = known(into->queued_ns, from->queued_ns);
	into->last_ns = from->last_ns > into->last_ns ? from->last_ns : into->last_ns;
	into->lost_before =
		from->lost_before < into->lost_before ? from->lost_before : into->lost_before;
	vec_each (event, &from->pub.events)
		if (vec_push(&into->pub.events, *event))
			model_fail(model);
	if (from->connect_failed)
		conn_failed(into, from->pub.err, from->last_ns);
	for (enum side side = SIDE_CLIENT; side <= SIDE_SERVER; side++)
		if (from->fin_ns[side] != TIME_UNKNOWN)
			conn_fin(into, side, from->fin_ns[side]);
	if (from->reset_by)
		conn_reset(into, from->reset_by, from->reset_ns);
	list_remove(&model->connections, &from->pub);
	conn_free(from);
	model->connections_seen--;
	tuple_index(model, into);
	if (into->pub.has_pair && hashmap_set(&model->index->pairs, into->pub.pair, into))
		model_fail(model);
	conn_settle(into);
	return into;
}

static void conn_flip(struct model *model, struct conn *conn)
{
	struct connection *pub = &conn->pub;
	struct end client = pub->client;
	struct address address = pub->client_address;
	bool over = conn->over[SIDE_CLIENT], handed_on = conn->handed_on[SIDE_CLIENT];
	int64_t fin_ns = conn->fin_ns[SIDE_CLIENT];

	merge_told(model, conn);
	pub->client = pub->server;
	pub->server = client;
	pub->client_address = pub->server_address;
	pub->server_address = address;
	conn->over[SIDE_CLIENT] = conn->over[SIDE_SERVER];
	conn->over[SIDE_SERVER] = over;
	conn->handed_on[SIDE_CLIENT] = conn->handed_on[SIDE_SERVER];
	conn->handed_on[SIDE_SERVER] = handed_on;
	conn->fin_ns[SIDE_CLIENT] = conn->fin_ns[SIDE_SERVER];
	conn->fin_ns[SIDE_SERVER] = fin_ns;
	conn->first_fin = side_other(conn->first_fin);
	conn->reset_by = side_other(conn->reset_by);
	flow_flip(model, conn);
	vec_each (event, &pub->events)
		event->side = side_other(event->side);
}

void conn_served_by(struct model *model, struct conn *conn, struct listening *listening,
		    enum side side)
{
	if (side == SIDE_CLIENT)
		conn_flip(model, conn);
	conn->pub.listener = &listening->pub;
	tuple_index(model, conn);
	if (conn->pub.server.fd >= 0)
		listener_serves(listening, conn);
}

/* Both see themselves as the same side: which of the two is wrong, or NULL. */
static struct conn *conn_misjudged(struct conn *a, struct conn *b)
{
	const struct end *of_a = a->pub.client.seen ? &a->pub.client : &a->pub.server;
	const struct end *of_b = b->pub.client.seen ? &b->pub.client : &b->pub.server;

	if (sock_is_datagram(sock_of(of_b->socket)))
		return (a->pub.start_ns > b->pub.start_ns) == a->pub.client.seen ? a : b;
	if (a->pub.roles_inferred != b->pub.roles_inferred)
		return a->pub.roles_inferred ? a : b;
	if (!a->pub.roles_inferred)
		return NULL;
	return (of_a->local.port < of_b->local.port) == a->pub.client.seen ? a : b;
}

struct conn *conn_join(struct model *model, struct conn *a, struct conn *b)
{
	struct conn *wrong = NULL;

	if (a->pub.client.seen == b->pub.client.seen) {
		wrong = conn_misjudged(a, b);
		if (!wrong)
			return b;
		conn_flip(model, wrong);
	}
	return conn_merge(model, a, b);
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the connections: their ends, their events in order, how they ended. Does not
 * know the protocols' rules, nor which two ends belong together.
 */
#include "model/connection.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "model/attempts.h"
#include "model/connections.h"
#include "model/pairs.h"
#include "model/sockets.h"

static const char *const outcomes[] = {
	[OUTCOME_OPEN] = "open",
	[OUTCOME_CLOSED] = "closed",
	[OUTCOME_RESET] = "reset",
	[OUTCOME_REFUSED] = "refused",
	[OUTCOME_TIMED_OUT] = "timed_out",
	[OUTCOME_DROPPED] = "dropped",
	[OUTCOME_RESET_IN_QUEUE] = "reset_in_queue",
	[OUTCOME_NEVER_ACCEPTED] = "never_accepted",
	[OUTCOME_FAILED] = "failed",
	[OUTCOME_UNKNOWN] = "unknown",
};

static_assert(sizeof(outcomes) / sizeof(*outcomes) == OUTCOME_MAX, "every outcome has a name");

const char *outcome_text(enum outcome outcome)
{
	return outcome < OUTCOME_MAX ? outcomes[outcome] : "?";
}

/* Events come nearly sorted, so an insertion moves little; where it would move much
 * (two long lives put together), the rest is merged by qsort on time and place. */
struct placed {
	int64_t t_ns;
	size_t place;
};

static int placed_compare(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	if (x->t_ns != y->t_ns)
		return x->t_ns < y->t_ns ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

static bool events_sorted(const struct events *events)
{
	for (size_t i = 1; i < events->len; i++)
		if (events->items[i].t_ns < events->items[i - 1].t_ns)
			return false;
	return true;
}

static void events_insertion_sort(struct events *events)
{
	for (size_t i = 1; i < events->len; i++) {
		struct event event = events->items[i];
		size_t at = i;

		while (at && events->items[at - 1].t_ns > event.t_ns)
			at--;
		memmove(events->items + at + 1, events->items + at, (i - at) * sizeof(event));
		events->items[at] = event;
	}
}

void connection_sort(struct connection *connection)
{
	struct events *events = &connection->events;
	struct placed *order;
	struct event *sorted;

	if (events_sorted(events))
		return;
	order = malloc(events->len * sizeof(*order));
	sorted = malloc(events->len * sizeof(*sorted));
	if (order && sorted) {
		for (size_t i = 0; i < events->len; i++)
			order[i] = (struct placed){events->items[i].t_ns, i};
		qsort(order, events->len, sizeof(*order), placed_compare);
		for (size_t i = 0; i < events->len; i++)
			sorted[i] = events->items[order[i].place];
		memcpy(events->items, sorted, events->len * sizeof(*sorted));
	} else {
		events_insertion_sort(events);
	}
	free(order);
	free(sorted);
}

bool connection_exact(const struct connection *connection)
{
	return (!connection->client.seen || connection->client.exact) &&
	       (!connection->server.seen || connection->server.exact);
}

bool connection_is_pair(const struct connection *connection)
{
	return connection->events.len && connection->events.items[0].name == EVENT_SOCKETPAIR;
}

bool connection_failed(const struct connection *connection)
{
	switch (connection->outcome) {
	case OUTCOME_RESET:
	case OUTCOME_REFUSED:
	case OUTCOME_TIMED_OUT:
	case OUTCOME_DROPPED:
	case OUTCOME_RESET_IN_QUEUE:
	case OUTCOME_NEVER_ACCEPTED:
	case OUTCOME_FAILED:
		return true;
	default:
		return false;
	}
}

static void end_init(struct end *end)
{
	end->fd = -1;
	end->exact = true;
}

struct conn *conn_create(struct model *model, const struct sock *sock, int64_t start_ns)
{
	struct conn *conn = calloc(1, sizeof(*conn));
	struct connection *pub = &conn->pub;

	if (!conn || vec_push(&model->connections, pub)) {
		free(conn);
		model_fail(model);
		return NULL;
	}
	pub->id = model->index->next_connection++;
	pub->protocol = sock->pub.protocol;
	pub->type = sock->pub.type;
	pub->family = sock->pub.family;
	pub->start_ns = start_ns;
	pub->syn_ns = pub->established_ns = pub->accepted_ns = pub->end_ns = TIME_UNKNOWN;
	pub->connect_ns = pub->accept_wait_ns = TIME_UNKNOWN;
	pub->lossless = true;
	end_init(&pub->client);
	end_init(&pub->server);
	conn->lost_before = capture_lost(&model->capture);
	conn->queued_ns = conn->last_ns = TIME_UNKNOWN;
	conn->fin_ns[SIDE_CLIENT] = conn->fin_ns[SIDE_SERVER] = TIME_UNKNOWN;
	model->connections_seen++;
	return conn;
}

enum side conn_side(const struct conn *conn, const struct sock *sock)
{
	if (conn->pub.client.socket == &sock->pub)
		return SIDE_CLIENT;
	return conn->pub.server.socket == &sock->pub ? SIDE_SERVER : SIDE_NONE;
}

void conn_end_used(struct conn *conn, enum side side, struct process *process, int32_t fd)
{
	struct end *end = conn_end(conn, side);

	if (!process || (end->process && (!conn->handed_on[side] || end->process == process)))
		return;
	conn->handed_on[side] = false;
	end->process = process;
	end->fd = fd;
	memcpy(end->comm, process_comm(process), strlen(process_comm(process)) + 1);
}

/* What a socket was bound to says nothing of a port before it is chosen and after it was given
 * back; what the other end sees does. */
static bool address_says_more(const struct address *address, const struct address *than)
{
	if (address->family == FAMILY_NONE || than->family == FAMILY_NONE)
		return address->family != FAMILY_NONE;
	return !address_is_any(address) && (address->port || !than->port);
}

/* A connect() that failed takes its socket's address back, not its port. */
static bool is_taken_back(const struct address *now, const struct address *before)
{
	return before->family == now->family && before->port == now->port &&
	       address_is_any(now) && !address_is_any(before);
}

static void conn_take_addresses(struct conn *conn, enum side side, const struct sock *sock)
{
	struct end *end = conn_end(conn, side);
	struct address *own =
		side == SIDE_CLIENT ? &conn->pub.client_address : &conn->pub.server_address;
	struct address *other =
		side == SIDE_CLIENT ? &conn->pub.server_address : &conn->pub.client_address;

	if (!is_taken_back(&sock->pub.local, &end->local))
		end->local = sock->pub.local;
	/* of a datagram socket the flow knows the peer */
	if (!sock->flows && sock->pub.peer.family != FAMILY_NONE)
		end->peer = sock->pub.peer;
	if (address_says_more(&end->local, own))
		*own = end->local;
	if (end->peer.family != FAMILY_NONE &&
	    (!address_says_more(other, &end->peer) || !conn_end(conn, side_other(side))->seen))
		*other = end->peer;
	if (end->peer.family == FAMILY_INET)
		conn->pub.family = FAMILY_INET;
}

void conn_update(struct model *model, struct conn *conn, struct sock *sock)
{
	enum side side = conn_side(conn, sock);

	if (side == SIDE_NONE)
		return;
	conn_take_addresses(conn, side, sock);
	tuple_index(model, conn);
}

void conn_attach(struct model *model, struct conn *conn, enum side side, struct sock *sock)
{
	struct end *end = conn_end(conn, side);

	attempt_forget(model, conn);
	end->seen = true;
	end->socket = &sock->pub;
	end->netns = sock->pub.netns;
	conn_end_used(conn, side, sock->pub.process, sock->pub.fd);
	sock->joined = true;
	if (!sock->pub.connection)
		sock->pub.connection = &conn->pub;
	conn_update(model, conn, sock);
	if (sock->serves)
		return;
	vec_each (event, &sock->pub.events) {
		event->side = side;
		if (vec_push(&conn->pub.events, *event))
			model_fail(model);
	}
	vec_release(&sock->pub.events);
}

/* It joins the latest of its kind, which it continues: then that is a run. */
static bool events_fold(struct events *events, const struct event *event)
{
	for (size_t i = events->len; i--;) {
		struct event *last = &events->items[i];
		int64_t end_ns = event_end_ns(event);

		if (last->name != event->name || last->side != event->side ||
		    last->err != event->err)
			continue;
		if (last->duration_ns == TIME_UNKNOWN)
			last->duration_ns = 0;
		last->arg.data.call = ST_DATA_CALL_NONE;
		last->arg.data.peek = last->arg.data.errqueue = false;
		last->count += event->count;
		last->bytes += event->bytes;
		if (end_ns > last->t_ns + last->duration_ns)
			last->duration_ns = end_ns - last->t_ns;
		return true;
	}
	return false;
}

/* At the limit data folds, and a first of its kind, one per side, direction and errno, is
 * kept none the less: sums stay exact. All else has room of its own beyond. */
static void conn_keep(struct model *model, struct conn *conn, const struct event *event)
{
	struct events *events = &conn->pub.events;
	bool data = event_is_data(event->name);
	size_t max = data ? SIZE_MAX : model->connection_events_max + EVENTS_MAX;

	if (!data || events->len < model->connection_events_max || !events_fold(events, event))
		events_keep(model, events, max, event);
}

void conn_event(struct model *model, struct conn *conn, enum side side, struct event *event)
{
	event->side = side;
	conn_keep(model, conn, event);
	if (model->watch.event)
		model->watch.event(model->watch.context, event, conn_end(conn, side)->socket,
				   event->name == EVENT_ACCEPT ? conn->pub.listener : NULL,
				   &conn->pub);
}

struct connection *model_connection(const struct model *model, uint64_t id)
{
	size_t low = 0, high = model->connections.len;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (model->connections.items[middle]->id < id)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == model->connections.len || model->connections.items[low]->id != id)
		return NULL;
	return model->connections.items[low];
}

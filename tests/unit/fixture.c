/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the stories the renderers are tested with; the times are invented.
 */
#include "fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

const struct style style_utf8 = {.width = 80};
const struct style style_ascii = {.ascii = true, .width = 80};
const struct style style_color = {.color = true, .width = 80};
const struct style style_narrow = {.width = 56};
const struct style style_wide = {.width = 132};

#define US 1000LL
#define ARRIVED_US 2103000

struct address ip_address(const char *ip, uint16_t port)
{
	struct address address = {.family = strchr(ip, ':') ? FAMILY_INET6 : FAMILY_INET,
				  .port = port};

	assert_int_equal(
		inet_pton(address.family == FAMILY_INET ? AF_INET : AF_INET6, ip, address.bytes),
		1);
	return address;
}

struct address unix_address(const char *path)
{
	return (struct address){.family = FAMILY_UNIX, .path = path, .path_len = strlen(path)};
}

struct address no_address(void)
{
	return (struct address){.family = FAMILY_NONE};
}

static void process_init(struct process *process, uint64_t id, uint32_t pid, const char *comm)
{
	struct process_name name = {.t_ns = 0};

	*process = (struct process){
		.id = id, .pid = pid, .start_ns = TIME_UNKNOWN, .end_ns = TIME_UNKNOWN};
	strncpy(name.comm, comm, sizeof(name.comm) - 1);
	assert_int_equal(vec_push(&process->names, name), 0);
}

static void listener_init(struct fixture *fixture)
{
	struct listener *listener = &fixture->listener;
	struct event *event;

	*listener = (struct listener){
		.id = 1,
		.protocol = PROTOCOL_TCP,
		.family = FAMILY_INET,
		.address = ip_address("127.0.0.1", 8088),
		.requested = 5,
		.effective = 5,
		.opened_ns = 207000 * US,
		.closed_ns = TIME_UNKNOWN,
	};
	assert_int_equal(vec_push(&listener->owners, ((struct owner){&fixture->server, 3})), 0);
	socket_at(&listener->events, SIDE_NONE, 206900, 1, 3);
	event = event_at(&listener->events, EVENT_BIND, SIDE_NONE, 206950, 5, 3);
	event->arg.name.address = listener->address;
	event = event_at(&listener->events, EVENT_LISTEN, SIDE_NONE, 207000, 4, 3);
	event->arg.listen.requested = 5;
	event->arg.listen.effective = 5;
	vec_each (it, &listener->events)
		it->pid = it->tid = 4240;
}

struct fixture *fixture_new(void)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	process_init(&fixture->server, 1, 4240, "python3");
	process_init(&fixture->client, 2, 4242, "python3");
	listener_init(fixture);
	assert_int_equal(vec_push(&fixture->model.processes, &fixture->server), 0);
	assert_int_equal(vec_push(&fixture->model.processes, &fixture->client), 0);
	assert_int_equal(vec_push(&fixture->model.listeners, &fixture->listener), 0);
	/* 2026-01-02 12:04:31 UTC */
	fixture->model.capture.started_at_ns = 1767355471000000000ULL;
	fixture->model.capture.duration_ns = 10000000 * US;
	fixture->model.capture.events = 8211;
	return fixture;
}

static void connection_free(struct connection *connection)
{
	free(connection->client.socket);
	free(connection->server.socket);
	vec_release(&connection->events);
	free(connection);
}

void fixture_free(struct fixture *fixture)
{
	vec_each (it, &fixture->model.connections)
		connection_free(*it);
	vec_release(&fixture->model.connections);
	vec_release(&fixture->model.processes);
	vec_release(&fixture->model.listeners);
	vec_release(&fixture->listener.owners);
	vec_release(&fixture->listener.events);
	vec_release(&fixture->listener.samples);
	vec_release(&fixture->listener.waits);
	vec_release(&fixture->listener.drop_list);
	vec_release(&fixture->listener.dropped_peers);
	vec_release(&fixture->listener.readings);
	vec_release(&fixture->server.names);
	vec_release(&fixture->client.names);
	free(fixture);
}

static struct end end_of(struct process *process, int32_t fd, struct address local,
			 struct address peer)
{
	struct end end = {.seen = true,
			  .process = process,
			  .fd = fd,
			  .local = local,
			  .peer = peer,
			  .exact = true};

	strncpy(end.comm, process_comm(process), sizeof(end.comm) - 1);
	return end;
}

struct connection *fixture_connection(struct fixture *fixture, enum protocol protocol,
				      struct address client, struct address server)
{
	struct connection *connection = calloc(1, sizeof(*connection));

	assert_non_null(connection);
	*connection = (struct connection){
		.id = ++fixture->model.connections_seen,
		.protocol = protocol,
		.type = protocol == PROTOCOL_UDP ? TYPE_DGRAM : TYPE_STREAM,
		.family = server.family,
		.client_address = client,
		.server_address = server,
		.client = end_of(&fixture->client, 3, client, server),
		.server = end_of(&fixture->server, 4, server, client),
		.outcome = OUTCOME_CLOSED,
		.start_ns = 0,
		.syn_ns = TIME_UNKNOWN,
		.established_ns = TIME_UNKNOWN,
		.accepted_ns = TIME_UNKNOWN,
		.end_ns = TIME_UNKNOWN,
		.connect_ns = TIME_UNKNOWN,
		.accept_wait_ns = TIME_UNKNOWN,
		.seen_from_start = true,
		.lossless = true,
	};
	connection->client.fin_sent = connection->server.fin_sent = true; /* it is closed */
	assert_int_equal(vec_push(&fixture->model.connections, connection), 0);
	return connection;
}

void connection_unseen(struct connection *connection, enum side side)
{
	struct end *end = side == SIDE_CLIENT ? &connection->client : &connection->server;

	*end = (struct end){.fd = -1};
}

struct event *event_at(struct events *events, enum event_name name, enum side side, int64_t t_us,
		       int64_t duration_us, int32_t fd)
{
	struct event event = {
		.t_ns = t_us * US,
		.duration_ns = duration_us * US,
		.name = name,
		.side = side,
		.fd = fd,
		.last = name == EVENT_CLOSE,
	};

	if (event_is_call(name))
		event.pid = event.tid = side == SIDE_CLIENT ? 4242 : 4240;
	assert_int_equal(vec_push(events, event), 0);
	return &events->items[events->len - 1];
}

struct event *socket_at(struct events *events, enum side side, int64_t t_us, int32_t type,
			int32_t fd)
{
	struct event *event = event_at(events, EVENT_SOCKET, side, t_us, 3, fd);

	event->ret = fd;
	event->arg.socket.domain = AF_INET;
	event->arg.socket.type = type | SOCK_CLOEXEC;
	return event;
}

struct event *data_at(struct events *events, enum event_name name, enum side side, int64_t t_us,
		      int32_t fd, uint64_t count, uint64_t bytes)
{
	struct event *event = event_at(events, name, side, t_us, 0, fd);

	event->count = count;
	event->bytes = bytes;
	event->ret = bytes;
	return event;
}

struct event *data_call_at(struct events *events, enum event_name name, enum side side,
			   int64_t t_us, int64_t duration_us, int32_t fd, uint64_t bytes)
{
	struct event *event = data_at(events, name, side, t_us, fd, 1, bytes);

	event->duration_ns = duration_us * US;
	event->arg.data.call =
		name == EVENT_SEND ? ST_DATA_CALL_SENDTO : ST_DATA_CALL_RECVFROM;
	return event;
}

void event_failed(struct event *event, int32_t err)
{
	event->ret = -1;
	event->err = err;
}

/* From SYN to accept(), seen from both sides or one. */
static void story_handshake(struct fixture *fixture, struct connection *connection, int64_t syn_us,
			    int64_t arrived_us, int64_t accept_us, int64_t accepted_us)
{
	struct events *events = &connection->events;
	struct event *event;

	connection->listener = &fixture->listener;
	if (connection->client.seen) {
		event_at(events, EVENT_SYN, SIDE_CLIENT, syn_us, 0, -1);
		event_at(events, EVENT_ESTABLISHED, SIDE_CLIENT, arrived_us - 1, 0, -1);
		connection->syns = 1;
		connection->syn_ns = syn_us * US;
		connection->connect_ns = (arrived_us - 1 - syn_us) * US;
	}
	event = event_at(events, EVENT_ESTABLISHED, SIDE_SERVER, arrived_us, 0, -1);
	event->arg.queue.depth = 1;
	event->arg.queue.limit = 5;
	event->arg.queue.known = true;
	event = event_at(events, EVENT_ACCEPT, SIDE_SERVER, accept_us, accepted_us - accept_us, 3);
	event->ret = 4;
	connection->established_ns = arrived_us * US;
	connection->accepted_ns = accepted_us * US;
	connection->accept_wait_ns = (accepted_us - arrived_us) * US;
}

struct connection *story_local(struct fixture *fixture)
{
	struct connection *connection =
		fixture_connection(fixture, PROTOCOL_TCP, ip_address("127.0.0.1", 41568),
				   ip_address("127.0.0.1", 8088));
	struct events *events = &connection->events;
	int64_t t = ARRIVED_US;

	connection->start_ns = t * US;
	socket_at(events, SIDE_CLIENT, t, SOCK_STREAM, 3);
	event_at(events, EVENT_CONNECT, SIDE_CLIENT, t + 9, 62, 3);
	story_handshake(fixture, connection, t + 11, t + 71, 207100, t + 96);
	data_at(events, EVENT_SEND, SIDE_SERVER, t + 127, 4, 1, 26);
	data_at(events, EVENT_RECV, SIDE_CLIENT, t + 134, 3, 1, 26);
	event_at(events, EVENT_CLOSE, SIDE_SERVER, t + 141, 12, 4);
	event_at(events, EVENT_CLOSE, SIDE_CLIENT, t + 161, 9, 3);
	connection->ended_by = SIDE_SERVER;
	connection->end_ns = (t + 170) * US;
	connection->server.bytes_sent = connection->client.bytes_received = 26;
	return connection;
}

struct connection *story_calls(struct fixture *fixture)
{
	struct connection *connection =
		fixture_connection(fixture, PROTOCOL_TCP, ip_address("127.0.0.1", 41570),
				   ip_address("127.0.0.1", 8088));
	struct events *events = &connection->events;
	int64_t t = ARRIVED_US;
	struct event *peek;

	connection->start_ns = t * US;
	event_at(events, EVENT_CONNECT, SIDE_CLIENT, t + 9, 62, 3);
	story_handshake(fixture, connection, t + 11, t + 71, 207100, t + 96);
	event_failed(data_call_at(events, EVENT_RECV, SIDE_SERVER, t + 110, 1, 4, 0), EAGAIN);
	data_call_at(events, EVENT_SEND, SIDE_CLIENT, t + 2110, 12, 3, 26);
	peek = data_call_at(events, EVENT_RECV, SIDE_SERVER, t + 112, 2018, 4, 0);
	peek->ret = 1;
	peek->arg.data.peek = true;
	data_call_at(events, EVENT_RECV, SIDE_SERVER, t + 2140, 3, 4, 26);
	event_failed(data_call_at(events, EVENT_SEND, SIDE_SERVER, t + 2150, 4, 4, 0), EPIPE);
	event_at(events, EVENT_CLOSE, SIDE_SERVER, t + 2160, 12, 4);
	data_call_at(events, EVENT_RECV, SIDE_CLIENT, t + 2125, 50, 3, 0);
	event_at(events, EVENT_CLOSE, SIDE_CLIENT, t + 2190, 9, 3);
	connection->ended_by = SIDE_SERVER;
	connection->end_ns = (t + 2200) * US;
	connection->client.bytes_sent = connection->server.bytes_received = 26;
	return connection;
}

struct connection *story_remote(struct fixture *fixture)
{
	struct connection *connection = fixture_connection(
		fixture, PROTOCOL_TCP, ip_address("10.0.0.7", 53112), ip_address("10.0.0.1", 8088));
	struct events *events = &connection->events;
	int64_t t = ARRIVED_US;

	connection_unseen(connection, SIDE_CLIENT);
	connection->start_ns = t * US;
	story_handshake(fixture, connection, 0, t, t + 1200, t + 1204);
	data_at(events, EVENT_RECV, SIDE_SERVER, t + 1250, 4, 1, 78);
	data_at(events, EVENT_SEND, SIDE_SERVER, t + 1410, 4, 3, 1234567);
	event_at(events, EVENT_FIN, SIDE_SERVER, t + 9300, 0, -1);
	event_at(events, EVENT_CLOSE, SIDE_SERVER, t + 9322, 7, 4);
	connection->ended_by = SIDE_CLIENT;
	connection->end_ns = (t + 9330) * US;
	connection->server.bytes_received = 78;
	connection->server.bytes_sent = 1234567;
	return connection;
}

struct connection *story_refused(struct fixture *fixture)
{
	struct connection *connection = fixture_connection(
		fixture, PROTOCOL_TCP, ip_address("10.0.0.5", 45554), ip_address("10.0.0.9", 81));
	struct events *events = &connection->events;
	struct event *connect;

	connection_unseen(connection, SIDE_SERVER);
	connection->start_ns = ARRIVED_US * US;
	socket_at(events, SIDE_CLIENT, ARRIVED_US, SOCK_STREAM, 5);
	connect = event_at(events, EVENT_CONNECT, SIDE_CLIENT, ARRIVED_US + 20, 340, 5);
	connect->arg.name.address = connection->server_address;
	event_failed(connect, ECONNREFUSED);
	event_at(events, EVENT_SYN, SIDE_CLIENT, ARRIVED_US + 24, 0, -1);
	event_at(events, EVENT_CLOSE, SIDE_CLIENT, ARRIVED_US + 420, 5, 5);
	connection->outcome = OUTCOME_REFUSED;
	connection->err = ECONNREFUSED;
	connection->syns = 1;
	connection->syn_ns = (ARRIVED_US + 24) * US;
	connection->end_ns = (ARRIVED_US + 360) * US;
	return connection;
}

struct connection *story_timed_out(struct fixture *fixture)
{
	struct connection *connection = fixture_connection(
		fixture, PROTOCOL_TCP, ip_address("10.0.0.5", 45556), ip_address("10.0.0.99", 80));
	struct events *events = &connection->events;
	struct event *connect;

	connection_unseen(connection, SIDE_SERVER);
	connection->start_ns = 1000 * US;
	socket_at(events, SIDE_CLIENT, 1000, SOCK_STREAM, 5);
	connect = event_at(events, EVENT_CONNECT, SIDE_CLIENT, 1010, 7140000, 5);
	event_failed(connect, ETIMEDOUT);
	for (int i = 0; i < 3; i++)
		event_at(events, EVENT_SYN, SIDE_CLIENT, 1020 + ((1 << i) - 1) * 1000000, 0, -1);
	event_at(events, EVENT_CLOSE, SIDE_CLIENT, 7141100, 5, 5);
	connection->outcome = OUTCOME_TIMED_OUT;
	connection->err = ETIMEDOUT;
	connection->syns = 3;
	connection->syn_ns = 1020 * US;
	connection->end_ns = 7141010 * US;
	return connection;
}

static void drop_at(struct fixture *fixture, struct connection *connection, enum drop_path path,
		    int64_t t_us)
{
	struct listener *listener = &fixture->listener;
	struct event *event = event_at(&connection->events, EVENT_DROP, SIDE_SERVER, t_us, 0, -1);
	struct drop drop = {t_us * US, UINT32_MAX, 6, 5, path, false};

	event->arg.drop.depth = 6;
	event->arg.drop.limit = 5;
	event->arg.drop.path = path;
	connection->listener = listener;
	connection->turned_away++;
	listener->drops.syn += path == DROP_SYN;
	listener->drops.ack += path == DROP_ACK;
	listener->drops.syn_queue += path == DROP_SYN_QUEUE;
	assert_int_equal(vec_push(&listener->drop_list, drop), 0);
}

/* Once per story, after its drops. */
static void dropped_peer(struct connection *connection, int64_t connected_us)
{
	struct dropped_peer peer = {
		.address = connection->client_address,
		.syns = connection->turned_away,
		.first_ns = connection->start_ns,
		.last_ns = connection->end_ns,
		.connection = connection->id,
		.connected_ns = connected_us ? connected_us * US : TIME_UNKNOWN,
	};

	connection->listener->dropped_attempts++;
	assert_int_equal(vec_push(&connection->listener->dropped_peers, peer), 0);
}

struct connection *story_dropped(struct fixture *fixture)
{
	struct connection *connection =
		fixture_connection(fixture, PROTOCOL_TCP, ip_address("10.0.0.8", 40000),
				   ip_address("127.0.0.1", 8088));

	connection_unseen(connection, SIDE_CLIENT);
	connection_unseen(connection, SIDE_SERVER);
	connection->start_ns = connection->syn_ns = ARRIVED_US * US;
	connection->end_ns = (ARRIVED_US + 3080000) * US;
	connection->syns = 3;
	connection->outcome = OUTCOME_DROPPED;
	drop_at(fixture, connection, DROP_SYN, ARRIVED_US);
	drop_at(fixture, connection, DROP_SYN, ARRIVED_US + 1030000);
	drop_at(fixture, connection, DROP_SYN_QUEUE, ARRIVED_US + 3080000);
	dropped_peer(connection, 0);
	return connection;
}

static void event_move(struct event *event, int64_t t_us, int64_t duration_us)
{
	event->t_ns = t_us * US;
	event->duration_ns = duration_us * US;
}

struct connection *story_dropped_local(struct fixture *fixture)
{
	struct connection *connection = story_local(fixture);
	struct events *events = &connection->events;
	int64_t t = ARRIVED_US, later_us = 3000000;

	connection->syns = 3;
	vec_each (event, events) {
		if (event->name == EVENT_CONNECT)
			event->duration_ns += later_us * US;
		if (event->name == EVENT_ACCEPT)
			event_move(event, t + 80, 16);
		if (event->name != EVENT_SOCKET && event->name != EVENT_CONNECT &&
		    event->name != EVENT_SYN)
			event->t_ns += later_us * US;
	}
	connection->connect_ns += later_us * US;
	connection->established_ns += later_us * US;
	connection->accepted_ns += later_us * US;
	connection->end_ns += later_us * US;
	drop_at(fixture, connection, DROP_SYN, t + 15);
	/* the kernel tells of a SYN sent again after it has arrived */
	drop_at(fixture, connection, DROP_SYN, t + 1030000);
	event_at(events, EVENT_SYN, SIDE_CLIENT, t + 1030005, 0, -1);
	event_at(events, EVENT_SYN, SIDE_CLIENT, t + later_us + 11, 0, -1);
	dropped_peer(connection, t + later_us + 71);
	return connection;
}

struct connection *story_dropped_ack(struct fixture *fixture)
{
	struct connection *connection = story_remote(fixture);

	connection->start_ns -= 1000000 * US;
	connection->syns = 1;
	drop_at(fixture, connection, DROP_ACK, ARRIVED_US - 1000000);
	dropped_peer(connection, ARRIVED_US);
	return connection;
}

struct connection *story_served(struct fixture *fixture, const char *client_ip, int64_t start_us,
				int64_t connect_us, int64_t wait_us, int64_t served_us)
{
	struct connection *connection =
		fixture_connection(fixture, PROTOCOL_TCP,
				   ip_address(client_ip, 40000 + fixture->model.connections_seen),
				   ip_address("127.0.0.1", 8088));
	int64_t arrived_us = start_us + connect_us;

	connection->start_ns = start_us * US;
	story_handshake(fixture, connection, start_us, arrived_us + 1,
			arrived_us + 1 + wait_us - wait_us / 2, arrived_us + 1 + wait_us);
	connection->end_ns = (arrived_us + 1 + wait_us + served_us) * US;
	assert_int_equal(vec_push(&fixture->listener.waits, wait_us * US), 0);
	fixture->listener.arrivals++;
	fixture->listener.accepted++;
	return connection;
}

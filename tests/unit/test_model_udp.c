/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the model makes of datagrams: flows by peer, who is the client, both ends.
 */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "build.h"

#define T0 (BUILD_START_NS + MS)

static int setup(void **state)
{
	struct model *model;
	struct st_call call;

	build_setup(state);
	model = *state;
	feed(model, build_call(ST_CALL_SOCKET, T0, build_udp(BUILD_SERVER, 0, 0), 200, -1, 3));
	call = build_call(ST_CALL_BIND, T0 + US, build_udp(BUILD_SERVER, 8088, 0), 200, 3, 0);
	memset(call.sock.local, 0, sizeof(call.sock.local)); /* 0.0.0.0 */
	build_feed(model, &call);
	return 0;
}

static void data(struct model *model, __u64 t, __u64 id, enum st_direction direction, __u64 calls,
		 __u64 bytes, __u16 peer_port)
{
	struct st_data data =
		build_data(t, id, direction, calls, bytes, id == BUILD_SERVER ? 200 : 100);

	data.peer_family = AF_INET;
	data.peer_port = peer_port;
	data.v4 = 1;
	memcpy(data.peer, (__u8[]){127, 0, 0, 1}, 4);
	build_feed(model, &data);
}

static void close_at(struct model *model, __u64 t, struct st_sock sock, __u32 pid)
{
	struct st_call call = build_call(ST_CALL_CLOSE, t, sock, pid, 3, 0);

	call.flags = ST_CALL_LAST;
	build_feed(model, &call);
}

static struct connection *only(const struct model *model)
{
	assert_int_equal(model->connections.len, 1);
	return model->connections.items[0];
}

static void check_exchange(const struct model *model)
{
	const struct connection *connection = only(model);

	assert_int_equal(connection->protocol, PROTOCOL_UDP);
	assert_true(connection->client.seen && connection->server.seen);
	assert_int_equal(connection->client.process->pid, 100);
	assert_int_equal(connection->server.process->pid, 200);
	assert_int_equal(connection->client.bytes_sent, 5);
	assert_int_equal(connection->server.bytes_received, 5);
	assert_int_equal(connection->server.bytes_sent, 9);
	assert_int_equal(connection->client.bytes_received, 9);
	assert_int_equal(connection->client_address.port, 40000);
	assert_int_equal(connection->server_address.port, 8088);
	assert_int_equal(connection->server_address.bytes[0], 127);
}

static void exchange(struct model *model)
{
	data(model, T0 + 110 * US, BUILD_CLIENT, ST_SEND, 1, 5, 8088);
	data(model, T0 + 120 * US, BUILD_SERVER, ST_RECV, 1, 5, 40000);
	data(model, T0 + 130 * US, BUILD_SERVER, ST_SEND, 1, 9, 40000);
	data(model, T0 + 140 * US, BUILD_CLIENT, ST_RECV, 1, 9, 8088);
}

static void test_connected_client(void **state)
{
	struct model *model = *state;

	feed(model,
	     build_call(ST_CALL_SOCKET, T0 + 90 * US, build_udp(BUILD_CLIENT, 0, 0), 100, -1, 3));
	feed(model, build_call(ST_CALL_CONNECT, T0 + 100 * US, build_udp(BUILD_CLIENT, 40000, 8088),
			       100, 3, 0));
	exchange(model);
	check_exchange(model);
	/* the client's own calls are the flow's, the server's are not */
	assert_int_equal(only(model)->events.items[0].name, EVENT_SOCKET);
	assert_int_equal(only(model)->events.items[0].side, SIDE_CLIENT);
	assert_int_equal(only(model)->events.len, 6);
	assert_true(model_socket_shown(model->sockets.items[0]));
	assert_int_equal(model->sockets.items[0]->events.len, 2);
	assert_false(model_socket_shown(model->sockets.items[1]));
}

static void test_unconnected_client_is_joined_at_close(void **state)
{
	struct model *model = *state;

	/* its port is chosen by the first sendto() and told by the next call */
	feed(model,
	     build_call(ST_CALL_SOCKET, T0 + 90 * US, build_udp(BUILD_CLIENT, 0, 0), 100, -1, 3));
	exchange(model);
	assert_int_equal(model->connections.len, 2);
	close_at(model, T0 + 200 * US, build_udp(BUILD_CLIENT, 40000, 0), 100);
	check_exchange(model);
	assert_int_equal(only(model)->id, 1);
	assert_int_equal(model->connections_seen, 1);
	close_at(model, T0 + 210 * US, build_udp(BUILD_SERVER, 8088, 0), 200);
	build_pass(model, T0 + MS);
	assert_int_equal(only(model)->outcome, OUTCOME_CLOSED);
	assert_int_equal(model->sockets.len, 1); /* the server's, kept as it is shown */
	assert_false(model->sockets.items[0]->open);
}

static void test_a_port_told_with_data_joins_at_once(void **state)
{
	struct model *model = *state;
	struct st_data run = build_data(T0 + 110 * US, BUILD_CLIENT, ST_SEND, 1, 5, 100);

	feed(model,
	     build_call(ST_CALL_SOCKET, T0 + 90 * US, build_udp(BUILD_CLIENT, 0, 0), 100, -1, 3));
	run.peer_family = AF_INET;
	run.peer_port = 8088;
	run.local_port = 40000;
	run.v4 = 1;
	memcpy(run.peer, (__u8[]){127, 0, 0, 1}, 4);
	data(model, T0 + 120 * US, BUILD_SERVER, ST_RECV, 1, 5, 40000);
	build_feed(model, &run);
	data(model, T0 + 130 * US, BUILD_SERVER, ST_SEND, 1, 9, 40000);
	data(model, T0 + 140 * US, BUILD_CLIENT, ST_RECV, 1, 9, 8088);
	check_exchange(model);
	assert_int_equal(only(model)->events.items[0].name, EVENT_RECV);
	assert_int_equal(only(model)->client_address.bytes[0], 127);
}

static void test_a_flow_per_peer(void **state)
{
	struct model *model = *state;

	data(model, T0 + 10 * US, BUILD_SERVER, ST_RECV, 1, 5, 40001);
	data(model, T0 + 20 * US, BUILD_SERVER, ST_RECV, 2, 11, 40002);
	data(model, T0 + 30 * US, BUILD_SERVER, ST_RECV, 3, 12, 40001);
	assert_int_equal(model->connections.len, 2);
	assert_int_equal(model->connections.items[0]->server.bytes_received, 6);
	assert_int_equal(model->connections.items[1]->server.bytes_received, 6);
	assert_false(model->connections.items[0]->client.seen);
	assert_int_equal(model->connections.items[0]->client_address.port, 40001);
}

/* recv(), or recvfrom() that does not ask. */
static void test_a_run_without_a_peer(void **state)
{
	struct model *model = *state;

	feed(model,
	     build_call(ST_CALL_SOCKET, T0 + 90 * US, build_udp(BUILD_CLIENT, 0, 0), 100, -1, 3));
	data(model, T0 + 110 * US, BUILD_CLIENT, ST_SEND, 1, 5, 8088);
	feed(model, build_data(T0 + 140 * US, BUILD_CLIENT, ST_RECV, 1, 9, 100));
	assert_int_equal(only(model)->client.bytes_sent, 5);
	assert_int_equal(only(model)->client.bytes_received, 9);
	assert_int_equal(only(model)->server_address.port, 8088);

	/* once there are two, it may be either's */
	data(model, T0 + 150 * US, BUILD_CLIENT, ST_SEND, 2, 6, 8089);
	feed(model, build_data(T0 + 160 * US, BUILD_CLIENT, ST_RECV, 2, 11, 100));
	assert_int_equal(model->connections.len, 3);
	assert_int_equal(model->connections.items[0]->client.bytes_received, 9);
	assert_int_equal(model->connections.items[1]->client.bytes_received, 0);
	assert_int_equal(model->connections.items[2]->server.bytes_received, 2);
}

/* A sendto() was under way as the trace came to its socket: who it is for, nobody says. */
static void test_a_first_datagram_to_nobody_knows_whom(void **state)
{
	struct model *model = *state;

	feed(model, build_seen(T0 + 90 * US, build_udp(BUILD_CLIENT, 8089, 0), 100, 3));
	feed(model, build_data(T0 + 100 * US, BUILD_CLIENT, ST_SEND, 1, 5, 100));
	assert_int_equal(model->connections.len, 0);
	assert_int_equal(model->sockets.items[1]->events.len, 1);
	data(model, T0 + 110 * US, BUILD_CLIENT, ST_SEND, 2, 12, 40000);
	assert_int_equal(only(model)->server.bytes_sent, 7);
	assert_int_equal(only(model)->client_address.port, 40000);
}

static void test_a_connected_peer_goes_before_the_only_flow(void **state)
{
	struct model *model = *state;
	struct st_call call = build_call(ST_CALL_CONNECT, T0 + 120 * US,
					 build_udp(BUILD_CLIENT, 40000, 8088), 100, 3, 0);

	call.name = (struct st_name){
		.family = AF_INET, .port = 8088, .v4 = 1, .address = {127, 0, 0, 1}};
	feed(model,
	     build_call(ST_CALL_SOCKET, T0 + 90 * US, build_udp(BUILD_CLIENT, 0, 0), 100, -1, 3));
	data(model, T0 + 110 * US, BUILD_CLIENT, ST_SEND, 1, 5, 8089);
	build_feed(model, &call);
	feed(model, build_data(T0 + 130 * US, BUILD_CLIENT, ST_SEND, 2, 12, 100));
	assert_int_equal(model->connections.len, 2);
	assert_int_equal(model->connections.items[0]->client.bytes_sent, 5);
	assert_int_equal(model->connections.items[1]->client.bytes_sent, 7);
	assert_int_equal(model->connections.items[1]->server_address.port, 8088);
}

static void test_flows_are_bounded(void **state)
{
	struct model *model = *state;
	size_t open = 0;

	for (__u64 i = 1; i <= 5000; i++)
		data(model, T0 + i * US, BUILD_SERVER, ST_RECV, i, i, 10000 + i);
	assert_int_equal(model->connections_seen, 5000);
	vec_each (at, &model->connections) {
		open += (*at)->outcome == OUTCOME_OPEN;
		assert_true((*at)->outcome == OUTCOME_OPEN || (*at)->outcome == OUTCOME_UNKNOWN);
	}
	assert_int_equal(open, 1024);
}

static void test_idle_socket_is_shown(void **state)
{
	struct model *model = *state;

	assert_true(model_socket_shown(model->sockets.items[0]));
	assert_int_equal(model->sockets.items[0]->events.len, 2);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, build_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(test_connected_client),
		test(test_unconnected_client_is_joined_at_close),
		test(test_a_port_told_with_data_joins_at_once),
		test(test_a_flow_per_peer),
		test(test_a_run_without_a_peer),
		test(test_a_first_datagram_to_nobody_knows_whom),
		test(test_a_connected_peer_goes_before_the_only_flow),
		test(test_flows_are_bounded),
		test(test_idle_socket_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

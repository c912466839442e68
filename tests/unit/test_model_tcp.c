/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the model makes of TCP: pairing, times, exact sums, what was there before.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "build.h"

#define T0 BUILD_T0

static void state_with(struct model *model, __u64 t, struct st_sock sock, __u8 old, __u8 new,
		       __u32 written, __u32 copied)
{
	struct st_state state = build_state(t, sock, old, new);

	state.written = written;
	state.copied = copied;
	build_feed(model, &state);
}

/* The server sends sent bytes of 26 and both close, the server first. */
static void exchange(struct model *model, uint64_t sent)
{
	struct st_sock client = build_tcp(BUILD_CLIENT, 40000, 8088),
		       server = build_tcp(BUILD_SERVER, 8088, 40000);

	feed(model, build_data(T0 + 200 * US, BUILD_SERVER, ST_SEND, 1, sent, 200));
	feed(model, build_data(T0 + 210 * US, BUILD_CLIENT, ST_RECV, 1, 26, 100));
	state_with(model, T0 + 220 * US, server, TCP_ESTABLISHED, TCP_FIN_WAIT1, 11008 + 27, 11001);
	state_with(model, T0 + 221 * US, client, TCP_ESTABLISHED, TCP_CLOSE_WAIT, 11001,
		   11008 + 26);
	build_close(model, T0 + 230 * US, client, 100, 3, TCP_LAST_ACK);
	build_close(model, T0 + 240 * US, server, 200, 4, TCP_FIN_WAIT2);
	build_pass(model, T0 + MS);
}

static void assert_is_pair(const struct connection *connection)
{
	assert_int_equal(connection->id, 1);
	assert_true(connection->client.seen && connection->server.seen);
	assert_true(connection->pair == (11000ULL << 32 | 11007) && connection->has_pair);
	assert_int_equal(connection->client.process->pid, 100);
	assert_int_equal(connection->server.process->pid, 200);
	assert_int_equal(connection->client.fd, 3);
	assert_int_equal(connection->server.fd, 4);
	assert_int_equal(connection->client_address.port, 40000);
	assert_int_equal(connection->server_address.port, 8088);
	assert_int_equal(connection->syn_ns, MS);
	assert_int_equal(connection->start_ns, MS);
	assert_int_equal(connection->connect_ns, 60 * US);
	assert_int_equal(connection->accept_wait_ns, 100 * US);
	assert_int_equal(connection->accepted_ns, MS + 165 * US);
	assert_int_equal(connection->outcome, OUTCOME_OPEN);
	assert_int_equal(connection->syns, 1);
	assert_true(connection->seen_from_start);
	assert_false(connection->roles_inferred);
	assert_int_equal(build_count(connection, EVENT_SOCKET, SIDE_CLIENT), 1);
	assert_int_equal(build_count(connection, EVENT_CONNECT, SIDE_CLIENT), 1);
	assert_int_equal(build_count(connection, EVENT_SYN, SIDE_CLIENT), 1);
	assert_int_equal(build_count(connection, EVENT_ESTABLISHED, SIDE_CLIENT), 1);
	assert_int_equal(build_count(connection, EVENT_ESTABLISHED, SIDE_SERVER), 1);
	assert_int_equal(build_count(connection, EVENT_ACCEPT, SIDE_SERVER), 1);
}

static void test_both_ends_are_one_connection(void **state)
{
	struct model *model = *state;

	build_pair(model);
	assert_is_pair(build_only(model));
}

/* connect() and accept() tell of the handshake behind them: it is the same connection. */
static void test_handshake_on_the_calls(void **state)
{
	struct model *model = *state;
	struct st_sock client = build_tcp(BUILD_CLIENT, 40000, 8088),
		       server = build_tcp(BUILD_SERVER, 8088, 40000);
	struct st_call call = build_call(ST_CALL_SOCKET, T0 - 20 * US,
					 build_tcp(BUILD_CLIENT, 0, 0), 100, -1, 3);
	struct st_state step = build_state(T0 + 60 * US, client, TCP_SYN_SENT, TCP_ESTABLISHED);

	build_listener(model, BUILD_START_NS + 100 * US);
	feed(model, call);
	step.syn_ns = T0;
	step.pid = step.tid = 100;
	step.local_isn = 11000;
	step.peer_isn = 11007;
	call = build_call(ST_CALL_CONNECT, T0 + 70 * US, client, 100, 3, 0);
	feed(model, build_join(call, &step));
	step = build_state(T0 + 66 * US, server, TCP_SYN_RECV, TCP_ESTABLISHED);
	step.queued_ns = T0 + 65 * US;
	step.local_isn = 11007;
	step.peer_isn = 11000;
	step.limit = 5;
	call = build_call(ST_CALL_ACCEPT, T0 + 165 * US, server, 200, 3, 4);
	call.listener = BUILD_LISTENER;
	call.backlog = 5;
	feed(model, build_join(call, &step));
	assert_is_pair(build_only(model));
	assert_int_equal(build_only(model)->listener->arrivals, 1);
}

/* A child of a crowded queue does not wait for accept(): it is told before connect() returns. */
static void test_handshake_after_the_child(void **state)
{
	struct model *model = *state;
	struct st_sock client = build_tcp(BUILD_CLIENT, 40000, 8088);
	struct st_state step = build_state(T0 + 60 * US, client, TCP_SYN_SENT, TCP_ESTABLISHED);
	struct st_call call = build_call(ST_CALL_CONNECT, T0 + 70 * US, client, 100, 3, 0);

	build_listener(model, BUILD_START_NS + 100 * US);
	build_child(model, T0 + 65 * US, BUILD_SERVER, 40000);
	step.syn_ns = T0;
	step.pid = step.tid = 100;
	step.local_isn = 11000;
	step.peer_isn = 11007;
	feed(model, build_join(call, &step));
	assert_int_equal(build_only(model)->id, 1);
	assert_int_equal(build_only(model)->start_ns, MS);
	assert_true(build_only(model)->client.seen && build_only(model)->server.seen);
	feed(model, build_state(T0 + MS, build_tcp(44, 50000, 8088), TCP_CLOSE, TCP_SYN_SENT));
	assert_int_equal(model->connections.items[1]->id, 2); /* no number was left out */
}

/* A pass over what is pending may tell of a step beside the record that took it along. */
static void test_steps_told_twice(void **state)
{
	struct model *model = *state;
	struct st_sock client = build_tcp(BUILD_CLIENT, 40000, 8088);
	struct st_state fin = build_state(T0 + 221 * US, client, TCP_ESTABLISHED, TCP_CLOSE_WAIT);
	size_t fins, sockets;

	build_pair(model);
	feed(model, build_state(T0, client, TCP_CLOSE, TCP_SYN_SENT));
	assert_is_pair(build_only(model));
	exchange(model, 26);
	fins = build_count(build_only(model), EVENT_FIN, SIDE_CLIENT);
	sockets = model->sockets.len;
	fin.sock.state = TCP_CLOSE;
	feed(model, fin); /* the socket is gone */
	assert_int_equal(model->sockets.len, sockets);
	assert_int_equal(build_only(model)->outcome, OUTCOME_CLOSED);
	assert_int_equal(build_count(build_only(model), EVENT_FIN, SIDE_CLIENT), fins);
}

/* The same, between the step to CLOSE and the close(): the socket stays closed, and departs. */
static void test_fin_told_after_the_end(void **state)
{
	struct model *model = *state;
	struct st_sock client = build_tcp(BUILD_CLIENT, 40000, 8088);
	struct st_call call = build_call(ST_CALL_CLOSE, T0 + 240 * US, client, 100, 3, 0);

	build_pair(model);
	feed(model, build_state(T0 + 230 * US, client, TCP_LAST_ACK, TCP_CLOSE));
	feed(model, build_state(T0 + 221 * US, client, TCP_ESTABLISHED, TCP_CLOSE_WAIT));
	call.flags = ST_CALL_LAST;
	feed(model, call);
	build_pass(model, T0 + MS);
	assert_null(build_only(model)->client.socket);
}

static void test_closed_by_server_and_exact(void **state)
{
	struct model *model = *state;
	struct connection *connection;

	build_pair(model);
	exchange(model, 26);
	connection = build_only(model);
	assert_int_equal(connection->outcome, OUTCOME_CLOSED);
	assert_int_equal(connection->ended_by, SIDE_SERVER);
	assert_int_equal(connection->end_ns, MS + 241 * US);
	assert_int_equal(connection->server.bytes_sent, 26);
	assert_int_equal(connection->client.bytes_received, 26);
	assert_true(connection->client.fin_sent && connection->server.fin_sent);
	assert_true(connection->client.closed && connection->server.closed);
	assert_null(connection->client.socket);
	assert_true(connection_exact(connection));
	assert_true(connection->lossless);
	assert_int_equal(build_count(connection, EVENT_FIN, SIDE_CLIENT), 0);
	assert_int_equal(model->sockets.len, 1); /* the listener's */
	connection_sort(connection);
	for (size_t i = 1; i < connection->events.len; i++)
		assert_true(connection->events.items[i - 1].t_ns <=
			    connection->events.items[i].t_ns);
}

static void test_missing_bytes_are_noticed(void **state)
{
	struct model *model = *state;

	build_pair(model);
	exchange(model, 20); /* the kernel says 26 */
	assert_false(build_only(model)->server.exact);
	assert_true(build_only(model)->client.exact);
	assert_false(connection_exact(build_only(model)));
}

static void test_loss_while_it_lived(void **state)
{
	struct model *model = *state;

	build_pair(model);
	feed(model, build_loss(T0 + 170 * US, ST_LOSS_STATE, 3));
	exchange(model, 26);
	assert_false(build_only(model)->lossless);
	assert_int_equal(capture_lost(&model->capture), 3);
}

static void test_server_first(void **state)
{
	struct model *model = *state;
	struct connection *connection;
	struct st_state est = build_state(T0 + 60 * US, build_tcp(BUILD_CLIENT, 40000, 8088),
					  TCP_SYN_SENT, TCP_ESTABLISHED);

	build_listener(model, BUILD_START_NS + 100 * US);
	build_child(model, T0 + 65 * US, BUILD_SERVER, 40000);
	est.local_isn = 11000;
	est.peer_isn = 11007;
	build_feed(model, &est);
	connection = build_only(model);
	assert_int_equal(connection->id, 1);
	assert_int_equal(model->connections_seen, 1);
	assert_true(connection->client.seen && connection->server.seen);
	assert_non_null(connection->client.socket);
	assert_ptr_equal(connection->client.socket->connection, connection);
	assert_ptr_equal(connection->server.socket->connection, connection);
}

static void test_same_addresses_other_pair_is_another(void **state)
{
	struct model *model = *state;
	struct st_state child = build_state(T0 + 70 * US, build_tcp(BUILD_SERVER, 8088, 40000),
					    TCP_SYN_RECV, TCP_ESTABLISHED);

	build_listener(model, BUILD_START_NS + 100 * US);
	build_connect(model, T0, BUILD_CLIENT, 40000);
	child.queued_ns = T0 + 69 * US;
	child.peer_isn = 5;
	child.local_isn = 6;
	build_feed(model, &child);
	assert_int_equal(model->connections.len, 2);
}

/* Fast Open hands a child out before its handshake is done. */
static void test_a_wait_is_never_negative(void **state)
{
	struct model *model = *state;

	build_listener(model, BUILD_START_NS + 100 * US);
	build_child(model, T0 + 50 * US, BUILD_SERVER, 40000);
	build_accept(model, T0 + 40 * US, BUILD_SERVER, 40000, 4);
	assert_int_equal(build_only(model)->accept_wait_ns, 0);
}

static void test_release_without_close(void **state)
{
	struct model *model = *state;
	struct st_sock client = build_tcp(BUILD_CLIENT, 40000, 8088);
	const struct event *event;

	build_connect(model, T0, BUILD_CLIENT, 40000);
	feed(model, build_release(T0 + 100 * US, BUILD_CLIENT, 100));
	event = &build_only(model)->events.items[build_only(model)->events.len - 1];
	assert_int_equal(event->name, EVENT_CLOSE);
	assert_int_equal(event->fd, -1);
	assert_true(event->last);
	assert_int_equal(build_only(model)->outcome, OUTCOME_OPEN);
	feed(model, build_state(T0 + 200 * US, client, TCP_FIN_WAIT2, TCP_CLOSE));
	assert_int_equal(build_only(model)->outcome, OUTCOME_CLOSED);
}

static void test_close_of_a_copy_changes_nothing(void **state)
{
	struct model *model = *state;

	build_connect(model, T0, BUILD_CLIENT, 40000);
	feed(model, build_call(ST_CALL_CLOSE, T0 + 100 * US, build_tcp(BUILD_CLIENT, 40000, 8088),
			       100, 5, 0));
	assert_int_equal(build_count(build_only(model), EVENT_CLOSE, SIDE_CLIENT), 1);
	assert_false(build_only(model)->client.closed);
	assert_int_equal(build_only(model)->outcome, OUTCOME_OPEN);
}

static void test_found_connected(void **state)
{
	struct model *model = *state;
	struct st_seen seen = build_seen(T0, build_tcp(BUILD_LISTENER, 8088, 0), 200, 3);

	seen.sock.state = TCP_LISTEN;
	seen.backlog = 128;
	build_feed(model, &seen);
	seen = build_seen(T0, build_tcp(BUILD_SERVER, 8088, 40000), 200, 4);
	seen.sock.state = TCP_ESTABLISHED;
	seen.written = 500;
	seen.copied = 700;
	build_feed(model, &seen);
	seen = build_seen(T0, build_tcp(BUILD_CLIENT, 40000, 8088), 100, 3);
	seen.sock.state = TCP_ESTABLISHED;
	build_feed(model, &seen);
	assert_true(build_only(model)->client.seen && build_only(model)->server.seen);
	assert_int_equal(build_only(model)->server.process->pid, 200);
	assert_int_equal(build_only(model)->established_ns, TIME_UNKNOWN);
	assert_false(build_only(model)->seen_from_start);
	assert_true(build_only(model)->roles_inferred);
	assert_ptr_equal(build_only(model)->listener, model->listeners.items[0]);
	assert_true(model->listeners.items[0]->from_snapshot);
	assert_true(model->listeners.items[0]->requested == REQUESTED_UNKNOWN);
	assert_int_equal(model->listeners.items[0]->effective, 128);

	feed(model, build_data(T0 + US, BUILD_SERVER, ST_SEND, 1, 26, 200));
	state_with(model, T0 + 2 * US, build_tcp(BUILD_SERVER, 8088, 40000), TCP_ESTABLISHED,
		   TCP_FIN_WAIT1, 527, 700);
	model_finish(model);
	assert_true(build_only(model)->server.exact);
}

static void test_a_pointer_is_used_again(void **state)
{
	struct model *model = *state;
	__u64 id = 77 | ST_ID_POINTER;

	build_connect(model, T0, id, 40000);
	feed(model, build_call(ST_CALL_SOCKET, T0 + MS, build_tcp(id, 0, 0), 100, -1, 3));
	assert_true(build_only(model)->client.closed);
	build_pass(model, T0 + 2 * MS);
	assert_null(build_only(model)->client.socket);
	assert_int_equal(model->sockets.len, 1);
	assert_null(model->sockets.items[0]->connection);
}

#define test(name) cmocka_unit_test_setup_teardown(name, build_setup, build_teardown)

/* An MPTCP socket is known by itself first, by its subflow from connect() on. */
static void test_absorbs_former_key(void **state)
{
	struct model *model = *state;
	struct st_sock outer = build_tcp(77, 0, 0);
	struct st_call call = build_call(ST_CALL_SOCKET, T0, outer, 100, 4, 4);

	build_feed(model, &call);
	feed(model,
	     build_state(T0 + US, build_tcp(BUILD_CLIENT, 0, 8088), TCP_CLOSE, TCP_SYN_SENT));
	call = build_call(ST_CALL_CONNECT, T0 + 90 * US, build_tcp(BUILD_CLIENT, 40000, 8088), 100,
			  4, 0);
	call.listener = 77;
	build_feed(model, &call);
	assert_int_equal(model->sockets.len, 1);
	assert_int_equal(build_count(build_only(model), EVENT_SOCKET, SIDE_CLIENT), 1);
	assert_int_equal(build_count(build_only(model), EVENT_CONNECT, SIDE_CLIENT), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_absorbs_former_key, build_setup,
						build_teardown),
		test(test_both_ends_are_one_connection),
		test(test_handshake_on_the_calls),
		test(test_handshake_after_the_child),
		test(test_steps_told_twice),
		test(test_fin_told_after_the_end),
		test(test_closed_by_server_and_exact),
		test(test_missing_bytes_are_noticed),
		test(test_loss_while_it_lived),
		test(test_server_first),
		test(test_same_addresses_other_pair_is_another),
		test(test_a_wait_is_never_negative),
		test(test_release_without_close),
		test(test_close_of_a_copy_changes_nothing),
		test(test_found_connected),
		test(test_a_pointer_is_used_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

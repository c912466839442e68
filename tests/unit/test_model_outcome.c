/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How TCP connections end, and who ended them.
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

static void test_refused(void **state)
{
	struct model *model = *state;
	struct st_sock sock = build_tcp(BUILD_CLIENT, 40000, 81);
	struct st_state closed = build_state(T0 + 30 * US, sock, TCP_SYN_SENT, TCP_CLOSE);
	struct connection *connection;

	feed(model,
	     build_call(ST_CALL_SOCKET, T0 - 50 * US, build_tcp(BUILD_CLIENT, 0, 0), 100, -1, 3));
	feed(model, build_state(T0, sock, TCP_CLOSE, TCP_SYN_SENT));
	feed(model, build_tcp_event(T0 + 29 * US, sock, ST_TCP_RESET_RECEIVED));
	closed.err = ECONNREFUSED;
	build_feed(model, &closed);
	feed(model, build_call(ST_CALL_CONNECT, T0 + 40 * US, sock, 100, 3, -ECONNREFUSED));
	connection = build_only(model);
	assert_int_equal(connection->outcome, OUTCOME_REFUSED);
	assert_int_equal(connection->err, ECONNREFUSED);
	assert_int_equal(connection->ended_by, SIDE_SERVER);
	assert_true(connection_failed(connection));

	/* the same socket tries again, and this time it works */
	feed(model, build_state(T0 + 100 * US, sock, TCP_CLOSE, TCP_SYN_SENT));
	feed(model, build_state(T0 + 160 * US, sock, TCP_SYN_SENT, TCP_ESTABLISHED));
	feed(model, build_call(ST_CALL_CONNECT, T0 + 170 * US, sock, 100, 3, 0));
	assert_int_equal(model->connections.len, 2);
	assert_int_equal(model->connections.items[0]->outcome, OUTCOME_REFUSED);
	assert_null(model->connections.items[0]->client.socket);
	assert_int_equal(model->connections.items[1]->connect_ns, 60 * US);
	assert_int_equal(build_count(model->connections.items[1], EVENT_CONNECT, SIDE_CLIENT), 1);
}

static void test_timed_out_after_retries(void **state)
{
	struct model *model = *state;
	struct st_sock sock = build_tcp(BUILD_CLIENT, 40000, 81);
	struct st_state closed = build_state(T0 + 3000 * MS, sock, TCP_SYN_SENT, TCP_CLOSE);

	feed(model, build_state(T0, sock, TCP_CLOSE, TCP_SYN_SENT));
	feed(model, build_call(ST_CALL_CONNECT, T0 + 5 * US, sock, 100, 3, -EINPROGRESS));
	assert_int_equal(build_only(model)->outcome, OUTCOME_OPEN);
	feed(model, build_tcp_event(T0 + 1000 * MS, sock, ST_TCP_RETRANSMIT));
	closed.err = ETIMEDOUT;
	build_feed(model, &closed);
	assert_int_equal(build_only(model)->outcome, OUTCOME_TIMED_OUT);
	assert_int_equal(build_only(model)->syns, 2);
	assert_int_equal(build_count(build_only(model), EVENT_SYN, SIDE_CLIENT), 2);
	assert_int_equal(build_only(model)->retransmits, 0);
}

static void test_connect_fails_without_a_syn(void **state)
{
	struct model *model = *state;
	struct st_call call = build_call(ST_CALL_CONNECT, T0, build_tcp(BUILD_CLIENT, 0, 0), 100, 3,
					 -ENETUNREACH);

	call.name = (struct st_name){.family = 2, .port = 81, .v4 = 1, .address = {10, 0, 0, 9}};
	build_feed(model, &call);
	assert_int_equal(build_only(model)->outcome, OUTCOME_FAILED);
	assert_int_equal(build_only(model)->err, ENETUNREACH);
	assert_int_equal(build_only(model)->server_address.port, 81);
}

static void test_connect_fails_twice_without_a_syn(void **state)
{
	struct model *model = *state;
	struct st_sock sock = build_tcp(BUILD_CLIENT, 0, 0);

	feed(model, build_call(ST_CALL_CONNECT, T0, sock, 100, 3, -ENETUNREACH));
	feed(model, build_call(ST_CALL_CONNECT, T0 + MS, sock, 100, 3, -EHOSTUNREACH));
	assert_int_equal(model->connections.len, 2);
	assert_int_equal(model->connections.items[0]->err, ENETUNREACH);
	assert_int_equal(model->connections.items[1]->err, EHOSTUNREACH);
}

static struct st_sock refused_without_blocking(struct model *model)
{
	struct st_sock sock = build_tcp(BUILD_CLIENT, 40000, 81);
	struct st_state closed = build_state(T0 + 30 * US, sock, TCP_SYN_SENT, TCP_CLOSE);

	feed(model, build_state(T0, sock, TCP_CLOSE, TCP_SYN_SENT));
	feed(model, build_call(ST_CALL_CONNECT, T0 + 20 * US, sock, 100, 3, -EINPROGRESS));
	closed.err = ECONNREFUSED;
	build_feed(model, &closed);
	return sock;
}

/* The second connect() makes no attempt of its own: it says how the first one ended. */
static void test_connect_tells_failure(void **state)
{
	struct model *model = *state;
	struct st_sock sock = refused_without_blocking(model);

	feed(model, build_call(ST_CALL_CONNECT, T0 + 90 * US, sock, 100, 3, -ECONNREFUSED));
	assert_int_equal(build_only(model)->outcome, OUTCOME_REFUSED);
	assert_int_equal(build_count(build_only(model), EVENT_CONNECT, SIDE_CLIENT), 2);

	/* having said so, the next one is another attempt */
	feed(model, build_call(ST_CALL_CONNECT, T0 + 190 * US, sock, 100, 3, -ECONNREFUSED));
	assert_int_equal(model->connections.len, 2);
}

/* SO_ERROR took the error away. */
static void test_connect_tells_failure_without_its_error(void **state)
{
	struct model *model = *state;
	struct st_sock sock = refused_without_blocking(model);

	feed(model, build_call(ST_CALL_CONNECT, T0 + 90 * US, sock, 100, 3, -ECONNABORTED));
	assert_int_equal(build_only(model)->outcome, OUTCOME_REFUSED);
	assert_int_equal(build_only(model)->err, ECONNREFUSED);
}

static void test_other_error_is_another_attempt(void **state)
{
	struct model *model = *state;
	struct st_sock sock = refused_without_blocking(model);

	feed(model, build_call(ST_CALL_CONNECT, T0 + 90 * US, sock, 100, 3, -EADDRNOTAVAIL));
	assert_int_equal(model->connections.len, 2);
	assert_int_equal(model->connections.items[1]->err, EADDRNOTAVAIL);
}

/* A socket that is used again has another port: what is over keeps its own. */
static void test_next_attempt_leaves_addresses(void **state)
{
	struct model *model = *state;

	refused_without_blocking(model);
	feed(model, build_state(T0 + 100 * US, build_tcp(BUILD_CLIENT, 40002, 81), TCP_CLOSE,
				TCP_SYN_SENT));
	assert_int_equal(model->connections.len, 2);
	assert_int_equal(model->connections.items[0]->client_address.port, 40000);
	assert_int_equal(model->connections.items[1]->client_address.port, 40002);
}

/* accept() by somebody who is not followed; a FIN tells that it was accepted. */
static void test_accepted_unseen(void **state)
{
	struct model *model = *state;
	struct st_sock server = build_tcp(BUILD_SERVER, 8088, 40000);

	build_listener(model, BUILD_START_NS + 100 * US);
	build_child(model, T0, BUILD_SERVER, 40000);
	feed(model, build_state(T0 + 100 * US, server, TCP_ESTABLISHED, TCP_FIN_WAIT1));
	feed(model, build_release(T0 + 101 * US, BUILD_SERVER, 300));
	feed(model, build_state(T0 + 110 * US, server, TCP_FIN_WAIT2, TCP_CLOSE));
	assert_int_equal(build_only(model)->outcome, OUTCOME_CLOSED);
	assert_int_equal(build_only(model)->ended_by, SIDE_SERVER);
}

static void test_reset_by_client(void **state)
{
	struct model *model = *state;
	struct st_sock client = build_tcp(BUILD_CLIENT, 40000, 8088),
		       server = build_tcp(BUILD_SERVER, 8088, 40000);

	build_pair(model);
	feed(model, build_tcp_event(T0 + 300 * US, client, ST_TCP_RESET_SENT));
	build_close(model, T0 + 301 * US, client, 100, 3, TCP_ESTABLISHED);
	feed(model, build_tcp_event(T0 + 303 * US, server, ST_TCP_RESET_RECEIVED));
	build_close(model, T0 + 310 * US, server, 200, 4, TCP_ESTABLISHED);
	assert_int_equal(build_only(model)->outcome, OUTCOME_RESET);
	assert_int_equal(build_only(model)->ended_by, SIDE_CLIENT);
	assert_true(build_only(model)->client.reset_sent);
	assert_false(build_only(model)->server.reset_sent);
	assert_int_equal(build_count(build_only(model), EVENT_RESET, SIDE_CLIENT), 1);
	assert_int_equal(build_count(build_only(model), EVENT_RESET, SIDE_SERVER), 1);
}

/* The server's close() is told when it returns: by then its FIN was answered by a reset. */
static void test_reset_after_both_fins(void **state)
{
	struct model *model = *state;
	struct st_sock client = build_tcp(BUILD_CLIENT, 40000, 8088),
		       server = build_tcp(BUILD_SERVER, 8088, 40000);
	struct st_state closed = build_state(T0 + 401 * US, server, TCP_LAST_ACK, TCP_CLOSE);
	struct st_call call = build_call(ST_CALL_CLOSE, T0 + 410 * US, server, 200, 4, 0);

	build_pair(model);
	feed(model, build_state(T0 + 300 * US, client, TCP_ESTABLISHED, TCP_FIN_WAIT1));
	feed(model, build_state(T0 + 301 * US, server, TCP_ESTABLISHED, TCP_CLOSE_WAIT));
	feed(model, build_tcp_event(T0 + 400 * US, server, ST_TCP_RESET_RECEIVED));
	closed.err = ECONNRESET;
	build_feed(model, &closed);
	call.flags = ST_CALL_LAST;
	build_feed(model, &call);
	build_close(model, T0 + 420 * US, client, 100, 3, TCP_FIN_WAIT2);
	assert_int_equal(build_only(model)->outcome, OUTCOME_CLOSED);
	assert_int_equal(build_only(model)->ended_by, SIDE_CLIENT);
	assert_int_equal(build_only(model)->err, 0);
	assert_int_equal(build_count(build_only(model), EVENT_RESET, SIDE_SERVER), 1);
}

static void test_reset_sent_after_both_fins(void **state)
{
	struct model *model = *state;
	struct st_sock client = build_tcp(BUILD_CLIENT, 40000, 8088),
		       server = build_tcp(BUILD_SERVER, 8088, 40000);

	build_pair(model);
	feed(model, build_state(T0 + 300 * US, server, TCP_ESTABLISHED, TCP_FIN_WAIT1));
	feed(model, build_state(T0 + 310 * US, client, TCP_ESTABLISHED, TCP_FIN_WAIT1));
	feed(model, build_tcp_event(T0 + 320 * US, client, ST_TCP_RESET_SENT));
	build_close(model, T0 + 330 * US, client, 100, 3, TCP_FIN_WAIT1);
	build_close(model, T0 + 340 * US, server, 200, 4, TCP_FIN_WAIT1);
	assert_int_equal(build_only(model)->outcome, OUTCOME_CLOSED);
	assert_int_equal(build_only(model)->ended_by, SIDE_SERVER);
}

static void test_reset_after_one_fin(void **state)
{
	struct model *model = *state;
	struct st_sock client = build_tcp(BUILD_CLIENT, 40000, 8088),
		       server = build_tcp(BUILD_SERVER, 8088, 40000);
	struct st_state closed = build_state(T0 + 401 * US, server, TCP_CLOSE_WAIT, TCP_CLOSE);

	build_pair(model);
	feed(model, build_state(T0 + 300 * US, client, TCP_ESTABLISHED, TCP_FIN_WAIT1));
	feed(model, build_state(T0 + 301 * US, server, TCP_ESTABLISHED, TCP_CLOSE_WAIT));
	closed.err = EPIPE;
	build_feed(model, &closed);
	assert_int_equal(build_only(model)->outcome, OUTCOME_RESET);
	assert_int_equal(build_only(model)->ended_by, SIDE_CLIENT);
}

static void test_reset_in_queue_when_listener_closes(void **state)
{
	struct model *model = *state;
	struct st_sock server = build_tcp(BUILD_SERVER, 8088, 40000);

	build_listener(model, BUILD_START_NS + 100 * US);
	build_child(model, T0, BUILD_SERVER, 40000);
	build_close(model, T0 + 100 * US, build_tcp(BUILD_LISTENER, 8088, 0), 200, 3, TCP_LISTEN);
	feed(model, build_tcp_event(T0 + 101 * US, server, ST_TCP_RESET_SENT));
	feed(model, build_state(T0 + 102 * US, server, TCP_ESTABLISHED, TCP_CLOSE));
	build_pass(model, T0 + MS);
	assert_int_equal(build_only(model)->outcome, OUTCOME_RESET_IN_QUEUE);
	assert_int_equal(build_only(model)->ended_by, SIDE_SERVER);
	assert_null(build_only(model)->server.socket);
	assert_int_equal(model->listeners.items[0]->closed_ns, MS + 100 * US);
	assert_int_equal(model->sockets.len, 0);
}

static void test_reset_while_queued_then_accepted(void **state)
{
	struct model *model = *state;
	struct st_sock server = build_tcp(BUILD_SERVER, 8088, 40000);

	build_listener(model, BUILD_START_NS + 100 * US);
	build_child(model, T0, BUILD_SERVER, 40000);
	feed(model, build_tcp_event(T0 + 100 * US, server, ST_TCP_RESET_RECEIVED));
	feed(model, build_state(T0 + 101 * US, server, TCP_ESTABLISHED, TCP_CLOSE));
	build_pass(model, T0 + MS);
	assert_int_equal(build_only(model)->outcome, OUTCOME_RESET_IN_QUEUE);
	build_accept(model, T0 + 500 * MS, BUILD_SERVER, 40000, 4);
	assert_int_equal(build_only(model)->outcome, OUTCOME_RESET);
	assert_int_equal(build_only(model)->ended_by, SIDE_CLIENT);
	assert_int_equal(build_only(model)->accept_wait_ns, 500 * MS);
}

/* The server is no target: its accept() is not reported. */
static void test_server_not_followed_is_no_queue(void **state)
{
	struct model *model = *state;
	struct st_sock client = build_tcp(BUILD_CLIENT, 40000, 8088),
		       server = build_tcp(BUILD_SERVER, 8088, 40000);
	struct st_state child = build_state(T0 + 62 * US, server, TCP_SYN_RECV, TCP_ESTABLISHED);

	child.sock.flags = ST_SOCK_PEER;
	child.peer_isn = 11000;
	child.local_isn = 11007;
	build_connect(model, T0, BUILD_CLIENT, 40000);
	build_feed(model, &child);
	feed(model, build_state(T0 + 200 * US, client, TCP_ESTABLISHED, TCP_FIN_WAIT1));
	feed(model, build_state(T0 + 201 * US, server, TCP_ESTABLISHED, TCP_CLOSE_WAIT));
	feed(model, build_state(T0 + 210 * US, server, TCP_LAST_ACK, TCP_CLOSE));
	build_close(model, T0 + 211 * US, client, 100, 3, TCP_FIN_WAIT2);
	feed(model, build_release(T0 + 212 * US, BUILD_SERVER, 300));
	build_pass(model, T0 + MS);
	assert_int_equal(build_only(model)->outcome, OUTCOME_CLOSED);
	assert_int_equal(build_only(model)->ended_by, SIDE_CLIENT);
	assert_int_equal(model->sockets.len, 0);
}

static void test_no_release_but_the_process_is_gone(void **state)
{
	struct model *model = *state;

	build_connect(model, T0, BUILD_CLIENT, 40000);
	feed(model, build_process(T0 + 200 * US, ST_PROCESS_EXIT, 100, "client"));
	feed(model, build_state(T0 + 300 * US, build_tcp(BUILD_CLIENT, 40000, 8088), TCP_FIN_WAIT2,
				TCP_CLOSE));
	build_pass(model, T0 + MS);
	assert_int_equal(build_only(model)->outcome, OUTCOME_CLOSED);
	assert_int_equal(model->sockets.len, 0);
}

static void test_queued_at_the_end_is_open(void **state)
{
	struct model *model = *state;

	build_listener(model, BUILD_START_NS + 100 * US);
	build_child(model, T0, BUILD_SERVER, 40000);
	model_finish(model);
	assert_int_equal(build_only(model)->outcome, OUTCOME_OPEN);
	assert_int_equal(build_only(model)->accepted_ns, TIME_UNKNOWN);
	assert_int_equal(build_only(model)->end_ns, TIME_UNKNOWN);
	assert_null(build_only(model)->server.process);
}

static void test_fin_of_a_remote_client(void **state)
{
	struct model *model = *state;
	struct st_sock server = build_tcp(BUILD_SERVER, 8088, 40000);

	build_listener(model, BUILD_START_NS + 100 * US);
	build_child(model, T0, BUILD_SERVER, 40000);
	build_accept(model, T0 + 10 * US, BUILD_SERVER, 40000, 4);
	feed(model, build_state(T0 + 20 * US, server, TCP_ESTABLISHED, TCP_CLOSE_WAIT));
	build_close(model, T0 + 30 * US, server, 200, 4, TCP_LAST_ACK);
	assert_int_equal(build_count(build_only(model), EVENT_FIN, SIDE_SERVER), 1);
	assert_int_equal(build_only(model)->ended_by, SIDE_CLIENT);
	assert_int_equal(build_only(model)->outcome, OUTCOME_CLOSED);
	assert_false(build_only(model)->client.seen);
	assert_int_equal(build_only(model)->client_address.port, 40000);
}

#define test(name) cmocka_unit_test_setup_teardown(name, build_setup, build_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(test_refused),
		test(test_timed_out_after_retries),
		test(test_connect_fails_without_a_syn),
		test(test_connect_fails_twice_without_a_syn),
		test(test_connect_tells_failure),
		test(test_connect_tells_failure_without_its_error),
		test(test_other_error_is_another_attempt),
		test(test_next_attempt_leaves_addresses),
		test(test_accepted_unseen),
		test(test_reset_by_client),
		test(test_reset_after_both_fins),
		test(test_reset_sent_after_both_fins),
		test(test_reset_after_one_fin),
		test(test_reset_in_queue_when_listener_closes),
		test(test_reset_while_queued_then_accepted),
		test(test_server_not_followed_is_no_queue),
		test(test_no_release_but_the_process_is_gone),
		test(test_queued_at_the_end_is_open),
		test(test_fin_of_a_remote_client),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the model makes of UNIX sockets: queue order, datagrams, exit without close.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "build.h"

#define T0 (BUILD_START_NS + MS)
#define PATH "/run/a.sock"
#define only build_only

static int setup(void **state)
{
	struct model *model;
	struct st_call call;

	build_setup(state);
	model = *state;
	feed(model, build_call(ST_CALL_SOCKET, T0, build_unix(BUILD_LISTENER, 0, SOCK_STREAM), 200,
			       -1, 3));
	call = build_call(ST_CALL_BIND, T0 + US, build_unix(BUILD_LISTENER, 0, SOCK_STREAM), 200, 3,
			  0);
	feed(model, build_call_unix(call, PATH, sizeof(PATH) - 1));
	call = build_call(ST_CALL_LISTEN, T0 + 2 * US, build_unix(BUILD_LISTENER, 0, SOCK_STREAM),
			  200, 3, 0);
	call.arg[0] = 5;
	call.backlog = 5;
	feed(model, build_call_unix(call, PATH, sizeof(PATH) - 1));
	return 0;
}

/* What a client leaves in the queue, by its address. */
static __u64 queued_id(__u64 client)
{
	return (client + 0x1000) | ST_ID_POINTER;
}

static void connect_at(struct model *model, __u64 t, __u64 id, __s32 ret)
{
	struct st_call call =
		build_call(ST_CALL_CONNECT, t, build_unix(id, 0, SOCK_STREAM), 100, 3, ret);

	if (!ret)
		call.sock.peer_id = queued_id(id);
	feed(model,
	     build_call(ST_CALL_SOCKET, t - 20 * US, build_unix(id, 0, SOCK_STREAM), 100, -1, 3));
	feed(model, build_call_unix(call, PATH, sizeof(PATH) - 1));
}

static void accept_of(struct model *model, __u64 t, struct st_sock sock)
{
	struct st_call call = build_call(ST_CALL_ACCEPT, t, sock, 200, 3, 4);

	call.listener = BUILD_LISTENER | ST_ID_UNIX;
	call.backlog = 5;
	feed(model, build_call_unix(call, PATH, sizeof(PATH) - 1));
}

static void accept_at(struct model *model, __u64 t, __u64 id, __u64 peer_id)
{
	accept_of(model, t, build_unix(id, peer_id, SOCK_STREAM));
}

static void accept_orphan_at(struct model *model, __u64 t, __u64 id, __u64 client)
{
	struct st_sock sock = build_unix(id, client, SOCK_STREAM);

	sock.peer_id = queued_id(client);
	accept_of(model, t, sock);
}

static void close_at(struct model *model, __u64 t, __u64 id, __u32 pid)
{
	struct st_call call =
		build_call(ST_CALL_CLOSE, t, build_unix(id, 0, SOCK_STREAM), pid, 3, 0);

	call.flags = ST_CALL_LAST;
	build_feed(model, &call);
}

static void test_connect_then_accept(void **state)
{
	struct model *model = *state;
	struct connection *connection;

	connect_at(model, T0 + 100 * US, BUILD_CLIENT, 0);
	feed(model, build_data(T0 + 110 * US, BUILD_CLIENT | ST_ID_UNIX, ST_SEND, 1, 9, 100));
	accept_at(model, T0 + 150 * US, BUILD_SERVER, BUILD_CLIENT);
	feed(model, build_data(T0 + 160 * US, BUILD_SERVER | ST_ID_UNIX, ST_RECV, 1, 9, 200));
	connection = only(model);
	assert_true(connection->client.seen && connection->server.seen);
	assert_int_equal(connection->protocol, PROTOCOL_UNIX);
	assert_int_equal(connection->accept_wait_ns, 50 * US);
	assert_int_equal(connection->client.bytes_sent, 9);
	assert_int_equal(connection->server.bytes_received, 9);
	assert_int_equal(connection->server_address.path_len, sizeof(PATH) - 1);
	assert_ptr_equal(connection->listener, model->listeners.items[0]);
	assert_int_equal(model->listeners.items[0]->arrivals, 1);
	assert_int_equal(model->listeners.items[0]->accepted, 1);
	close_at(model, T0 + 200 * US, BUILD_CLIENT, 100);
	assert_int_equal(connection->outcome, OUTCOME_OPEN);
	close_at(model, T0 + 210 * US, BUILD_SERVER, 200);
	assert_int_equal(connection->outcome, OUTCOME_CLOSED);
	assert_int_equal(connection->ended_by, SIDE_CLIENT);
	assert_int_equal(connection->end_ns, MS + 210 * US);
}

static void test_accept_returns_first(void **state)
{
	struct model *model = *state;
	struct st_call call = build_call(ST_CALL_CONNECT, T0 + 160 * US,
					 build_unix(BUILD_CLIENT, 0, SOCK_STREAM), 100, 3, 0);

	feed(model, build_call(ST_CALL_SOCKET, T0 + 90 * US,
			       build_unix(BUILD_CLIENT, 0, SOCK_STREAM), 100, -1, 3));
	accept_at(model, T0 + 155 * US, BUILD_SERVER, BUILD_CLIENT);
	feed(model, build_call_unix(call, PATH, sizeof(PATH) - 1));
	assert_true(only(model)->client.seen && only(model)->server.seen);
	assert_int_equal(only(model)->accept_wait_ns, 0);
	assert_int_equal(model->listeners.items[0]->arrivals, 1);
	assert_int_equal(model->listeners.items[0]->depth, 0);
}

/* The same of a client that is no target: nothing was known of it. */
static void test_accept_returns_before_a_strangers_connect(void **state)
{
	struct model *model = *state;
	struct st_call call = build_call(ST_CALL_CONNECT, T0 + 160 * US,
					 build_unix(BUILD_CLIENT, BUILD_SERVER, SOCK_STREAM), 100,
					 3, 0);

	accept_at(model, T0 + 155 * US, BUILD_SERVER, BUILD_CLIENT);
	close_at(model, T0 + 157 * US, BUILD_SERVER, 200);
	feed(model, build_call_unix(call, PATH, sizeof(PATH) - 1));
	assert_true(only(model)->client.seen && only(model)->server.seen);
	assert_int_equal(model->listeners.items[0]->arrivals, 1);
	close_at(model, T0 + 170 * US, BUILD_CLIENT, 100);
	assert_int_equal(only(model)->outcome, OUTCOME_CLOSED);
	assert_int_equal(only(model)->ended_by, SIDE_SERVER);
}

static void test_accepted_after_the_client_is_gone(void **state)
{
	struct model *model = *state;

	connect_at(model, T0 + 100 * US, BUILD_CLIENT, 0);
	connect_at(model, T0 + 200 * US, BUILD_CLIENT + 1, 0);
	close_at(model, T0 + 300 * US, BUILD_CLIENT, 100);
	build_pass(model, T0 + MS);
	accept_orphan_at(model, T0 + 500 * MS, BUILD_SERVER, BUILD_CLIENT);
	assert_int_equal(model->connections.len, 2);
	assert_true(model->connections.items[0]->server.seen);
	assert_int_equal(model->connections.items[0]->accept_wait_ns, 500 * MS - 100 * US);
	assert_false(model->connections.items[1]->server.seen);
}

/* Nobody told of the client's close(), and another one came before it. */
static void test_accepted_after_a_stranger_is_gone(void **state)
{
	struct model *model = *state;

	connect_at(model, T0 + 100 * US, BUILD_CLIENT, 0);
	connect_at(model, T0 + 200 * US, BUILD_CLIENT + 1, 0);
	accept_orphan_at(model, T0 + 300 * US, BUILD_SERVER, BUILD_CLIENT + 1);
	assert_int_equal(model->connections.len, 2);
	assert_true(model->connections.items[1]->server.seen);
	assert_false(model->connections.items[0]->server.seen);
	assert_int_equal(model->listeners.items[0]->arrivals, 2);
}

/* Its listener is not followed: the client has said where it went. */
static void test_accepted_by_a_stranger(void **state)
{
	struct model *model = *state;
	struct st_sock child = build_unix(BUILD_SERVER, BUILD_CLIENT, SOCK_STREAM);
	struct st_sock sock = build_unix(BUILD_CLIENT, 0, SOCK_STREAM);

	feed(model, build_call_unix(build_call(ST_CALL_CONNECT, T0, sock, 100, 3, 0), "/else", 5));
	feed(model, build_call(ST_CALL_ACCEPT, T0 + 150 * US, child, 300, 3, 4));
	assert_true(only(model)->client.seen && only(model)->server.seen);
	assert_int_equal(only(model)->server_address.path_len, 5);
	assert_memory_equal(only(model)->server_address.path, "/else", 5);
}

/* The EOF is sent inside the call: who called first has ended it, whichever returns first. */
static void test_first_to_close(void **state)
{
	struct model *model = *state;
	struct st_call call = build_call(ST_CALL_CLOSE, T0 + 300 * US,
					 build_unix(BUILD_CLIENT, 0, SOCK_STREAM), 100, 3, 0);

	connect_at(model, T0 + 100 * US, BUILD_CLIENT, 0);
	accept_at(model, T0 + 150 * US, BUILD_SERVER, BUILD_CLIENT);
	close_at(model, T0 + 280 * US, BUILD_SERVER, 200);
	call.flags = ST_CALL_LAST;
	call.enter_ns = T0 + 200 * US;
	build_feed(model, &call);
	assert_int_equal(only(model)->outcome, OUTCOME_CLOSED);
	assert_int_equal(only(model)->ended_by, SIDE_CLIENT);
}

static void test_listener_closes_over_its_queue(void **state)
{
	struct model *model = *state;

	connect_at(model, T0 + 100 * US, BUILD_CLIENT, 0);
	connect_at(model, T0 + 200 * US, BUILD_CLIENT + 1, 0);
	close_at(model, T0 + 300 * US, BUILD_CLIENT, 100);
	close_at(model, T0 + 400 * US, BUILD_LISTENER, 200);
	assert_int_equal(model->connections.items[0]->outcome, OUTCOME_NEVER_ACCEPTED);
	assert_int_equal(model->connections.items[1]->outcome, OUTCOME_RESET_IN_QUEUE);
}

static void test_full_queue(void **state)
{
	struct model *model = *state;

	struct st_drop drop = build_drop(T0 + 90 * US, build_unix(BUILD_LISTENER, 0, SOCK_STREAM),
					 ST_DROP_UNIX, 6, 5);
	const struct listener *listener = model->listeners.items[0];

	drop.flags = ST_DROP_AGAIN;
	build_feed(model, &drop);
	connect_at(model, T0 + 100 * US, BUILD_CLIENT, -EAGAIN);
	assert_int_equal(listener->unix_eagain, 1);
	assert_int_equal(listener->unix_blocked, 0);
	drop.flags = 0;
	build_feed(model, &drop);
	assert_int_equal(listener->unix_eagain, 1);
	assert_int_equal(listener->unix_blocked, 1);
	assert_int_equal(listener->depth_max, 6);
	assert_int_equal(model->connections.len, 0);
}

static void test_refused(void **state)
{
	struct model *model = *state;

	connect_at(model, T0 + 100 * US, BUILD_CLIENT, -ECONNREFUSED);
	assert_int_equal(only(model)->outcome, OUTCOME_REFUSED);
}

static void test_datagram_socketpair(void **state)
{
	struct model *model = *state;
	struct st_call call =
		build_call(ST_CALL_SOCKETPAIR, T0, build_unix(50, 51, SOCK_DGRAM), 100, 5, 0);

	call.listener = 51 | ST_ID_UNIX;
	call.fd2 = 6;
	build_feed(model, &call);
	feed(model, build_data(T0 + US, 51 | ST_ID_UNIX, ST_SEND, 1, 7, 100));
	assert_int_equal(only(model)->server.bytes_sent, 7);
	close_at(model, T0 + 2 * US, 50, 100);
	close_at(model, T0 + 3 * US, 51, 100);
	build_pass(model, T0 + MS);
	assert_int_equal(only(model)->outcome, OUTCOME_CLOSED);
	assert_int_equal(model->sockets.len, 1);
}

#define INBOX 70

static void inbox(struct model *model)
{
	struct st_sock sock = build_unix(INBOX, 0, SOCK_DGRAM);

	feed(model, build_call(ST_CALL_SOCKET, T0, sock, 200, -1, 5));
	feed(model, build_call_unix(build_call(ST_CALL_BIND, T0 + US, sock, 200, 5, 0), PATH,
				    sizeof(PATH) - 1));
}

static void connect_inbox(struct model *model, __u64 t, __u64 id)
{
	struct st_call call =
		build_call(ST_CALL_CONNECT, t, build_unix(id, INBOX, SOCK_DGRAM), 100, 7, 0);

	call.name.family = AF_UNIX;
	feed(model, build_call(ST_CALL_SOCKET, t - US, build_unix(id, 0, SOCK_DGRAM), 100, -1, 7));
	feed(model, build_call_unix(call, PATH, sizeof(PATH) - 1));
}

static void test_datagram_is_read_before_its_send_is_told(void **state)
{
	struct model *model = *state;
	struct connection *connection;

	inbox(model);
	connect_inbox(model, T0 + 100 * US, 71);
	feed(model, build_data(T0 + 112 * US, INBOX | ST_ID_UNIX, ST_RECV, 2, 17, 200));
	feed(model, build_data(T0 + 111 * US, 71 | ST_ID_UNIX, ST_SEND, 2, 17, 100));
	connection = only(model);
	assert_int_equal(connection->client.process->pid, 100);
	assert_int_equal(connection->server.process->pid, 200);
	assert_int_equal(connection->client.bytes_sent, 17);
	assert_int_equal(connection->server.bytes_received, 17);
	assert_int_equal(connection->server_address.path_len, sizeof(PATH) - 1);
	assert_int_equal(connection->events.items[0].name, EVENT_SOCKET);
	assert_int_equal(connection->events.items[1].name, EVENT_CONNECT);
	close_at(model, T0 + 200 * US, INBOX, 200);
	assert_int_equal(connection->outcome, OUTCOME_OPEN);
	close_at(model, T0 + 210 * US, 71, 100);
	build_pass(model, T0 + MS);
	assert_int_equal(connection->outcome, OUTCOME_CLOSED);
	assert_null(connection->client.socket);
	assert_null(connection->server.socket);
}

static void test_datagram_clients_are_told_apart(void **state)
{
	struct model *model = *state;

	inbox(model);
	connect_inbox(model, T0 + 100 * US, 71);
	connect_inbox(model, T0 + 200 * US, 72);
	feed(model, build_data(T0 + 300 * US, 72 | ST_ID_UNIX, ST_SEND, 1, 5, 100));
	assert_int_equal(model->connections.len, 2);
	assert_int_equal(model->connections.items[0]->client.bytes_sent, 0);
	assert_int_equal(model->connections.items[1]->client.bytes_sent, 5);
	assert_true(model->connections.items[0]->server.seen);
	assert_true(model->connections.items[1]->server.seen);
	/* whose it was is not told */
	feed(model, build_data(T0 + 310 * US, INBOX | ST_ID_UNIX, ST_RECV, 1, 5, 200));
	assert_int_equal(model->connections.len, 3);
	assert_int_equal(model->connections.items[2]->server.bytes_received, 5);
	close_at(model, T0 + 400 * US, 72, 100);
	build_pass(model, T0 + MS);
	assert_null(model->connections.items[1]->client.socket);
	assert_false(model->connections.items[0]->client.closed);
}

static void test_datagram_sockets_connect_to_each_other(void **state)
{
	struct model *model = *state;
	struct st_call call = build_call(ST_CALL_CONNECT, T0 + 200 * US,
					 build_unix(INBOX, 71, SOCK_DGRAM), 200, 5, 0);

	inbox(model);
	connect_inbox(model, T0 + 100 * US, 71);
	connect_inbox(model, T0 + 150 * US, 72);
	call.name.family = AF_UNIX;
	feed(model, build_call_unix(call, "/run/back", 9));
	feed(model, build_data(T0 + 300 * US, INBOX | ST_ID_UNIX, ST_SEND, 1, 5, 200));
	assert_int_equal(model->connections.len, 2);
	assert_int_equal(model->connections.items[0]->server.bytes_sent, 5);
}

static void test_exit_releases_what_nobody_else_has(void **state)
{
	struct model *model = *state;
	struct st_process child = build_process(T0 + 150 * US, ST_PROCESS_FORK, 300, "worker");

	connect_at(model, T0 + 100 * US, BUILD_CLIENT, 0);
	accept_at(model, T0 + 120 * US, BUILD_SERVER, BUILD_CLIENT);
	child.ppid = 200;
	build_feed(model, &child);
	feed(model, build_process(T0 + 160 * US, ST_PROCESS_EXIT, 100, "client"));
	assert_false(only(model)->client.closed);
	feed(model, build_release(T0 + 165 * US, BUILD_CLIENT | ST_ID_UNIX, 0));
	assert_true(only(model)->client.closed);
	/* the child has it, and the listener, still */
	feed(model, build_process(T0 + 170 * US, ST_PROCESS_EXIT, 200, "server"));
	assert_false(only(model)->server.closed);
	assert_int_equal(model->listeners.items[0]->closed_ns, TIME_UNKNOWN);
	feed(model, build_process(T0 + 180 * US, ST_PROCESS_EXIT, 300, "worker"));
	feed(model, build_release(T0 + 900 * US, BUILD_SERVER | ST_ID_UNIX, 0));
	feed(model, build_release(T0 + 900 * US, BUILD_LISTENER | ST_ID_UNIX, 0));
	assert_true(only(model)->server.closed);
	assert_int_equal(only(model)->ended_by, SIDE_CLIENT);
	assert_int_equal(only(model)->outcome, OUTCOME_CLOSED);
	assert_int_equal(model->listeners.items[0]->closed_ns, MS + 180 * US);
}

static void test_an_inode_is_used_again(void **state)
{
	struct model *model = *state;

	connect_at(model, T0 + 100 * US, BUILD_CLIENT, 0);
	accept_at(model, T0 + 120 * US, BUILD_SERVER, BUILD_CLIENT);
	close_at(model, T0 + 200 * US, BUILD_CLIENT, 100);
	connect_at(model, T0 + 300 * US, BUILD_CLIENT, 0);
	assert_int_equal(model->connections.len, 2);
	assert_true(model->connections.items[0]->client.closed);
	assert_true(model->connections.items[1]->client.socket->open);
	assert_ptr_not_equal(model->connections.items[0]->client.socket,
			     model->connections.items[1]->client.socket);
}

static void test_found_connected(void **state)
{
	struct model *model = *state;
	struct st_seen seen = build_seen(T0, build_unix(60, 61, SOCK_STREAM), 100, 8);

	build_feed(model, &seen);
	seen = build_seen(T0, build_unix(61, 60, SOCK_STREAM), 200, 9);
	seen.path_len = sizeof(PATH) - 1;
	__builtin_memcpy(seen.path, PATH, sizeof(PATH) - 1);
	build_feed(model, &seen);
	assert_int_equal(only(model)->client.fd, 8);
	assert_int_equal(only(model)->server.fd, 9);
	assert_true(only(model)->roles_inferred);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, build_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(test_connect_then_accept),
		test(test_accept_returns_first),
		test(test_accept_returns_before_a_strangers_connect),
		test(test_accepted_after_the_client_is_gone),
		test(test_accepted_after_a_stranger_is_gone),
		test(test_accepted_by_a_stranger),
		test(test_first_to_close),
		test(test_listener_closes_over_its_queue),
		test(test_full_queue),
		test(test_refused),
		test(test_datagram_socketpair),
		test(test_datagram_is_read_before_its_send_is_told),
		test(test_datagram_clients_are_told_apart),
		test(test_datagram_sockets_connect_to_each_other),
		test(test_exit_releases_what_nobody_else_has),
		test(test_an_inode_is_used_again),
		test(test_found_connected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

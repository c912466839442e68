/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the model makes of single calls that send and receive, beside runs and without them.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "build.h"
#include "model/sockets.h"

#define T0 BUILD_T0

static struct st_target target_of(const char *data_mode)
{
	struct st_target target = {
		.h = {.type = ST_TARGET, .size = sizeof(target), .ts_ns = BUILD_START_NS}};

	strcpy(target.data_mode, data_mode);
	return target;
}

/* The server is traced, the client is only its other end. */
static void begin(struct model *model, const char *data_mode)
{
	struct st_process server = build_process(BUILD_START_NS, ST_PROCESS_SEEN, 200, "server");

	server.target = 1;
	feed(model, target_of(data_mode));
	build_feed(model, &server);
	feed(model, build_process(BUILD_START_NS, ST_PROCESS_SEEN, 100, "client"));
}

static struct st_data_call server_call(__u64 t, enum st_data_call_name name, __s32 ret)
{
	struct st_data_call call =
		build_data_call(t, build_tcp(BUILD_SERVER, 8088, 40000), name, ret, 200);

	call.sock.state = TCP_ESTABLISHED;
	return call;
}

static const struct event *find(const struct connection *connection, enum event_name name,
				enum side side, size_t nth)
{
	vec_each (event, &connection->events)
		if (event->name == name && event->side == side && !nth--)
			return event;
	fail();
	return NULL;
}

/* Two calls, which the kernel told as one run as well. */
static void test_runs_give_sums_and_calls_give_events(void **state)
{
	struct model *model = *state;
	struct connection *connection;
	const struct event *event;

	begin(model, "events");
	build_pair(model);
	feed(model, server_call(T0 + 200 * US, ST_DATA_CALL_SENDTO, 20));
	feed(model, server_call(T0 + 220 * US, ST_DATA_CALL_WRITEV, 6));
	feed(model, build_data(T0 + 219 * US, BUILD_SERVER, ST_SEND, 2, 26, 200));
	connection = build_only(model);
	assert_int_equal(connection->server.bytes_sent, 26);
	assert_int_equal(build_count(connection, EVENT_SEND, SIDE_SERVER), 2);
	event = find(connection, EVENT_SEND, SIDE_SERVER, 0);
	assert_int_equal(event->t_ns, MS + 190 * US);
	assert_int_equal(event->duration_ns, 10 * US);
	assert_int_equal(event->fd, 4);
	assert_int_equal(event->ret, 20);
	assert_int_equal(event->bytes, 20);
	assert_int_equal(event->count, 1);
	assert_int_equal(event->arg.data.call, ST_DATA_CALL_SENDTO);
	assert_false(event_is_run(event));
}

/* What io_uring sent is in no call: it counts none the less. */
static void test_bytes_without_a_call(void **state)
{
	struct model *model = *state;

	begin(model, "events");
	build_pair(model);
	feed(model, build_data(T0 + 219 * US, BUILD_SERVER, ST_SEND, 2, 26, 200));
	assert_int_equal(build_only(model)->server.bytes_sent, 26);
	assert_int_equal(build_count(build_only(model), EVENT_SEND, SIDE_SERVER), 0);
}

/* The calls of who is no target are not seen: its runs are all there is. */
static void test_runs_of_others_are_events(void **state)
{
	struct model *model = *state;

	begin(model, "events");
	build_pair(model);
	feed(model, build_data(T0 + 200 * US, BUILD_CLIENT, ST_SEND, 3, 26, 100));
	assert_int_equal(build_only(model)->client.bytes_sent, 26);
	assert_true(event_is_run(find(build_only(model), EVENT_SEND, SIDE_CLIENT, 0)));
}

static void test_runs_mode_is_as_ever(void **state)
{
	struct model *model = *state;

	begin(model, "runs");
	build_pair(model);
	feed(model, build_data(T0 + 200 * US, BUILD_SERVER, ST_SEND, 3, 26, 200));
	assert_int_equal(build_count(build_only(model), EVENT_SEND, SIDE_SERVER), 1);
}

static void test_calls_that_move_nothing(void **state)
{
	struct model *model = *state;
	struct st_data_call peek = server_call(T0 + 230 * US, ST_DATA_CALL_RECVFROM, 5);
	const struct connection *connection;

	begin(model, "events");
	build_pair(model);
	feed(model, server_call(T0 + 200 * US, ST_DATA_CALL_READ, -EAGAIN));
	feed(model, server_call(T0 + 215 * US, ST_DATA_CALL_READ, -512));
	peek.flags = ST_DATA_CALL_PEEK;
	peek.bytes = 0;
	build_feed(model, &peek);
	feed(model, server_call(T0 + 245 * US, ST_DATA_CALL_READ, 0));
	peek.h.ts_ns += 30 * US;
	peek.enter_ns += 30 * US;
	peek.flags = ST_DATA_CALL_ERRQUEUE;
	build_feed(model, &peek);
	connection = build_only(model);
	assert_int_equal(build_count(connection, EVENT_RECV, SIDE_SERVER), 5);
	assert_true(find(connection, EVENT_RECV, SIDE_SERVER, 4)->arg.data.errqueue);
	assert_false(find(connection, EVENT_RECV, SIDE_SERVER, 4)->arg.data.peek);
	assert_int_equal(find(connection, EVENT_RECV, SIDE_SERVER, 0)->err, EAGAIN);
	assert_int_equal(find(connection, EVENT_RECV, SIDE_SERVER, 0)->ret, -1);
	assert_int_equal(find(connection, EVENT_RECV, SIDE_SERVER, 1)->err, EINTR);
	assert_true(find(connection, EVENT_RECV, SIDE_SERVER, 2)->arg.data.peek);
	assert_int_equal(find(connection, EVENT_RECV, SIDE_SERVER, 2)->ret, 5);
	assert_int_equal(find(connection, EVENT_RECV, SIDE_SERVER, 2)->bytes, 0);
	assert_int_equal(find(connection, EVENT_RECV, SIDE_SERVER, 3)->err, 0);
	assert_int_equal(connection->server.bytes_received, 0);
	assert_int_equal(connection->outcome, OUTCOME_OPEN);
}

/* Of calls that moved nothing the kernel tells as of runs; where single calls are told, those of
 * targets have been. */
static void failures_of_both(struct model *model, const char *data_mode)
{
	begin(model, data_mode);
	build_pair(model);
	feed(model, build_empty(T0 + 200 * US, BUILD_SERVER, -ECONNRESET, 1, 200));
	feed(model, build_empty(T0 + 300 * US, BUILD_CLIENT, -ECONNRESET, 5, 100));
}

static void test_failures_among_runs(void **state)
{
	struct model *model = *state;
	const struct event *event;

	failures_of_both(model, "runs");
	event = find(build_only(model), EVENT_RECV, SIDE_SERVER, 0);
	assert_int_equal(event->err, ECONNRESET);
	assert_int_equal(event->ret, -1);
	assert_int_equal(event->fd, 4);
	assert_int_equal(event->count, 1);
	assert_int_equal(event->duration_ns, 0);
	event = find(build_only(model), EVENT_RECV, SIDE_CLIENT, 0);
	assert_int_equal(event->count, 5);
	assert_int_equal(event->duration_ns, 40 * US);
	assert_int_equal(build_only(model)->client.bytes_received, 0);
	assert_true(event_is_run(event));
	assert_false(event_moved(event));
}

static void test_failures_beside_calls(void **state)
{
	struct model *model = *state;

	failures_of_both(model, "events");
	assert_int_equal(build_count(build_only(model), EVENT_RECV, SIDE_SERVER), 0);
	assert_int_equal(build_count(build_only(model), EVENT_RECV, SIDE_CLIENT), 1);
}

static void test_in_flight(void **state)
{
	struct st_data_call call = server_call(T0 + 200 * US, ST_DATA_CALL_RECVMSG, 7);
	struct model *model = *state;
	const struct event *event;

	begin(model, "events");
	build_pair(model);
	call.enter_ns = 0;
	build_feed(model, &call);
	event = find(build_only(model), EVENT_RECV, SIDE_SERVER, 0);
	assert_true(event->in_flight);
	assert_true(event->duration_ns == TIME_UNKNOWN);
	assert_int_equal(event->t_ns, MS + 200 * US);
}

/* sent: what the calls say; the kernel's sequence numbers say 26. */
static void server_sends_and_closes(struct model *model, __s32 sent)
{
	struct st_sock server = build_tcp(BUILD_SERVER, 8088, 40000);
	struct st_data_call call = server_call(T0 + 200 * US, ST_DATA_CALL_SENDMSG, sent);
	struct st_state fin = build_state(T0 + 220 * US, server, TCP_ESTABLISHED, TCP_FIN_WAIT1);

	begin(model, "runs");
	build_pair(model);
	call.flags = ST_DATA_CALL_SUMS;
	build_feed(model, &call);
	fin.written = 11008 + 27;
	fin.copied = 11001;
	build_feed(model, &fin);
	build_close(model, T0 + 240 * US, server, 200, 4, TCP_FIN_WAIT2);
	build_pass(model, T0 + MS);
}

static void test_sums_of_calls_alone(void **state)
{
	struct model *model = *state;

	server_sends_and_closes(model, 26);
	assert_int_equal(build_only(model)->server.bytes_sent, 26);
	assert_int_equal(build_count(build_only(model), EVENT_SEND, SIDE_SERVER), 1);
	assert_true(build_only(model)->server.exact);
}

static void test_missing_bytes_are_noticed(void **state)
{
	struct model *model = *state;

	server_sends_and_closes(model, 20);
	assert_int_equal(build_only(model)->server.bytes_sent, 20);
	assert_false(build_only(model)->server.exact);
}

/* Nothing else vouches for a UNIX socket's sums. */
static void test_unix_sums_of_calls_alone(void **state)
{
	struct st_data_call call = build_data_call(T0, build_unix(5, 6, SOCK_STREAM),
						   ST_DATA_CALL_WRITE, 9, 200);
	struct model *model = *state;

	begin(model, "runs");
	build_feed(model, &call);
	assert_true(sock_exact(model, sock_find(model, call.sock.id)));
	call.flags = ST_DATA_CALL_SUMS;
	build_feed(model, &call);
	assert_false(sock_exact(model, sock_find(model, call.sock.id)));
}

static struct st_data_call datagram(__u64 t, enum st_data_call_name name, __s32 ret, __u8 host)
{
	struct st_data_call call =
		build_data_call(t, build_udp(77, 5353, 0), name, ret, 200);

	if (!host)
		return call;
	call.peer_family = AF_INET;
	call.v4 = 1;
	call.peer_port = 4000;
	memcpy(call.peer, (__u8[]){10, 0, 0, host}, 4);
	return call;
}

/* Each peer is a flow; what moved nothing is the socket's alone. */
static void test_datagrams(void **state)
{
	struct model *model = *state;

	begin(model, "runs");
	for (__u8 host = 1; host <= 2; host++) {
		struct st_data_call call =
			datagram(T0 + host * MS, ST_DATA_CALL_RECVFROM, 30 + host, host);

		call.flags = ST_DATA_CALL_SUMS;
		build_feed(model, &call);
	}
	feed(model, datagram(T0 + 3 * MS, ST_DATA_CALL_RECVFROM, -EAGAIN, 0));
	assert_int_equal(model->connections.len, 2);
	assert_int_equal(model->connections.items[0]->client_address.bytes[3], 1);
	assert_int_equal(model->connections.items[0]->server.bytes_received, 31);
	assert_int_equal(model->connections.items[1]->client_address.bytes[3], 2);
	assert_int_equal(model->connections.items[1]->server.bytes_received, 32);
	assert_int_equal(build_count(model->connections.items[0], EVENT_RECV, SIDE_SERVER), 1);
	assert_int_equal(model->sockets.len, 1);
	assert_int_equal(model->sockets.items[0]->events.items[0].err, EAGAIN);
}

/* Beyond the limit they fold, but failures do not become successes. */
static void test_many_fold(void **state)
{
	struct model *model = *state;
	const struct connection *connection;
	size_t before;

	begin(model, "events");
	model->connection_events_max = 12;
	build_pair(model);
	before = build_only(model)->events.len;
	for (int i = 0; i < 100; i++) {
		struct st_data_call call =
			server_call(T0 + MS + i * MS, ST_DATA_CALL_READ, i % 2 ? 10 : -EAGAIN);

		call.enter_ns = i ? call.enter_ns : 0;
		build_feed(model, &call);
	}
	connection = build_only(model);
	assert_in_range(connection->events.len, before + 2, before + 12);
	for (int err = 0; err <= EAGAIN; err += EAGAIN) {
		uint64_t count = 0, bytes = 0;

		vec_each (event, &connection->events)
			if (event->name == EVENT_RECV && event->err == err) {
				count += event->count;
				bytes += event->bytes;
			}
		assert_int_equal(count, 50);
		assert_int_equal(bytes, err ? 0 : 500);
	}
	assert_true(event_is_run(&connection->events.items[connection->events.len - 1]));
}

#define test(name) cmocka_unit_test_setup_teardown(name, build_setup, build_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(test_runs_give_sums_and_calls_give_events),
		test(test_bytes_without_a_call),
		test(test_runs_of_others_are_events),
		test(test_runs_mode_is_as_ever),
		test(test_calls_that_move_nothing),
		test(test_failures_among_runs),
		test(test_failures_beside_calls),
		test(test_in_flight),
		test(test_sums_of_calls_alone),
		test(test_missing_bytes_are_noticed),
		test(test_unix_sums_of_calls_alone),
		test(test_datagrams),
		test(test_many_fold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

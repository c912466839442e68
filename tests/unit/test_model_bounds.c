/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A long stream in bounded memory, what the watch is told, and what is kept on request.
 */
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "build.h"
#include "model/index.h"

#define T0 (BUILD_START_NS + MS)

struct told {
	size_t events, retired, sockets, processes, listeners;
	uint64_t last_id;
	bool keep;
};

static void on_event(void *context, const struct event *event, const struct socket *socket,
		     const struct listener *listener, const struct connection *connection)
{
	struct told *told = context;

	assert_true(socket || listener || connection);
	assert_in_range(event->name, 0, EVENT_NAME_MAX - 1);
	if (event->name == EVENT_ACCEPT && event->ret >= 0)
		assert_true(listener && connection);
	told->events++;
}

static bool on_retire(void *context, struct connection *connection)
{
	struct told *told = context;

	assert_int_not_equal(connection->outcome, OUTCOME_OPEN);
	assert_null(connection->client.socket);
	assert_null(connection->server.socket);
	told->retired++;
	told->last_id = connection->id;
	return told->keep;
}

static bool on_retire_socket(void *context, struct socket *socket)
{
	struct told *told = context;

	assert_true(model_socket_shown(socket));
	told->sockets++;
	return told->keep;
}

static void on_process(void *context, const struct process *process)
{
	assert_non_null(process);
	((struct told *)context)->processes++;
}

static void on_listener(void *context, const struct listener *listener)
{
	assert_non_null(listener);
	((struct told *)context)->listeners++;
}

static struct model *start(struct told *told)
{
	struct model_watch watch = {
		.context = told,
		.event = on_event,
		.retire = on_retire,
		.retire_socket = on_retire_socket,
		.process = on_process,
		.listener = on_listener,
	};
	struct model *model;

	assert_int_equal(model_new(&model, &watch), 0);
	feed(model, build_host());
	return model;
}

/* A whole life of both ends, 1 ms apart from the next. */
static void live(struct model *model, __u64 i)
{
	__u64 t = T0 + i * MS, client = 1000 + i * 100,
	      server = client + BUILD_SERVER - BUILD_CLIENT;
	__u16 port = 20000 + i % 40000;

	build_connect(model, t, client, port);
	build_child(model, t + 65 * US, server, port);
	build_accept(model, t + 100 * US, server, port, 4);
	feed(model, build_data(t + 110 * US, client, ST_SEND, 1, 10, 100));
	build_close(model, t + 200 * US, build_tcp(client, port, 8088), 100, 3, TCP_FIN_WAIT2);
	build_close(model, t + 210 * US, build_tcp(server, 8088, port), 200, 4, TCP_LAST_ACK);
}

static void test_endless_stream(void **state)
{
	struct told told = {0};
	struct model *model = start(&told);
	size_t connections = 0, sockets = 0, pairs = 0, tuples = 0;
	const uint64_t lives = 200000;

	(void)state;
	build_listener(model, T0 - 500 * US);
	for (uint64_t i = 0; i < lives; i++) {
		live(model, i);
		connections =
			model->connections.len > connections ? model->connections.len : connections;
		sockets = model->index->sockets.cap > sockets ? model->index->sockets.cap : sockets;
		pairs = model->index->pairs.cap > pairs ? model->index->pairs.cap : pairs;
		tuples = model->index->tuples.cap > tuples ? model->index->tuples.cap : tuples;
	}
	assert_int_equal(model->connections_seen, lives);
	assert_in_range(told.retired, lives - 100, lives);
	assert_in_range(connections, 1, 100);
	assert_in_range(sockets, 1, 1024);
	assert_in_range(pairs, 1, 1024);
	assert_in_range(tuples, 1, 1024);
	assert_in_range(model->sockets.len, 1, 200);
	assert_int_equal(model->processes.len, 2);
	assert_int_equal(model->listeners.items[0]->accepted, lives);
	assert_int_equal(model->listeners.items[0]->waits.len, 100000);
	assert_in_range(model->listeners.items[0]->samples.len, 5000, 10000);
	/* socket, syn, 2 × established, connect, accept, send, 2 × close; the listener's three */
	assert_int_equal(told.events, lives * 9 + 3);
	model_free(&model);
}

static void test_kept_connections_stay(void **state)
{
	struct told told = {.keep = true};
	struct model *model = start(&told);

	(void)state;
	build_listener(model, T0 - 500 * US);
	for (uint64_t i = 0; i < 1000; i++)
		live(model, i);
	build_pass(model, T0 + 2000 * MS);
	assert_int_equal(told.retired, 1000);
	assert_int_equal(told.last_id, 1000);
	assert_int_equal(model->connections.len, 1000);
	assert_int_equal(model->sockets.len, 1);
	assert_int_equal(model_connection(model, 500)->id, 500);
	assert_null(model_connection(model, 1001));
	assert_int_equal(model->index->pairs.len, 0);
	model_finish(model);
	assert_int_equal(told.retired, 1000);
	assert_int_equal(model_connection(model, 500)->outcome, OUTCOME_CLOSED);
	model_free(&model);
}

static void test_lone_sockets_depart(void **state)
{
	struct told told = {0};
	struct model *model = start(&told);

	(void)state;
	for (__u64 i = 0; i < 10000; i++) {
		struct st_sock sock = build_tcp(1000 + i, 0, 0);
		struct st_call call = build_call(ST_CALL_CLOSE, T0 + i * MS + US, sock, 100, 3, 0);

		feed(model, build_call(ST_CALL_SOCKET, T0 + i * MS, sock, 100, -1, 3));
		call.flags = ST_CALL_LAST;
		build_feed(model, &call);
	}
	assert_in_range(told.sockets, 9900, 10000);
	assert_in_range(model->sockets.len, 1, 100);
	model_free(&model);
}

/* Each has a name of its own, and nobody else ever uses it. */
static void test_paths_come_and_go(void **state)
{
	struct told told = {0};
	struct model *model = start(&told);
	size_t most = 0;
	char path[32];

	(void)state;
	for (__u64 i = 0; i < 50000; i++) {
		struct st_sock sock = build_unix(ST_ID_UNIX | (1000 + i), 0, SOCK_DGRAM);
		struct st_call call = build_call(ST_CALL_BIND, T0 + i * MS, sock, 100, 3, 0);
		int len = snprintf(path, sizeof(path), "/run/%llu.sock", i);

		call.name.family = AF_UNIX;
		feed(model, build_call(ST_CALL_SOCKET, T0 + i * MS, sock, 100, -1, 3));
		feed(model, build_call_unix(call, path, len));
		call = build_call(ST_CALL_CLOSE, T0 + i * MS + US, sock, 100, 3, 0);
		call.flags = ST_CALL_LAST;
		build_feed(model, &call);
		most = model->index->paths.count > most ? model->index->paths.count : most;
	}
	assert_in_range(told.sockets, 49900, 50000);
	assert_in_range(most, 1, 100);
	model_free(&model);
}

static void test_processes_come_and_go(void **state)
{
	struct told told = {0};
	struct model *model = start(&told);

	(void)state;
	for (__u32 pid = 1000; pid < 51000; pid++) {
		feed(model, build_process(T0 + pid * US, ST_PROCESS_FORK, pid, "worker"));
		feed(model, build_process(T0 + pid * US + 1, ST_PROCESS_EXIT, pid, "worker"));
	}
	assert_in_range(model->processes.len, 1, 2 * KEEP_ENDED);
	assert_in_range(model->index->pids.len, 1, 2 * KEEP_ENDED);
	model_free(&model);
}

static void test_listeners_come_and_go(void **state)
{
	struct told told = {0};
	struct model *model = start(&told);

	(void)state;
	for (__u64 i = 0; i < 20000; i++) {
		build_listener(model, T0 + i * MS);
		build_close(model, T0 + i * MS + 100 * US, build_tcp(BUILD_LISTENER, 8088, 0), 200,
			    3, TCP_LISTEN);
	}
	assert_in_range(model->listeners.len, 1, 2 * KEEP_ENDED);
	assert_in_range(model->sockets.len, 0, 200);
	model_free(&model);
}

static void test_processes_are_told_apart(void **state)
{
	struct told told = {0};
	struct model *model = start(&told);
	struct st_process process = build_process(T0, ST_PROCESS_SEEN, 100, "first");
	struct st_cgroup cgroup = {.h = {.type = ST_CGROUP, .size = sizeof(cgroup), .ts_ns = T0},
				   .id = 7,
				   .path = "/a"};

	(void)state;
	process.target = 1;
	process.cgroup = 7;
	process.cmdline_len = 8;
	memcpy(process.cmdline, "py\0x.py", 8);
	build_feed(model, &process);
	feed(model, cgroup);
	feed(model, build_process(T0 + MS, ST_PROCESS_EXEC, 100, "second"));
	feed(model, build_process(T0 + 2 * MS, ST_PROCESS_EXIT, 100, "second"));
	feed(model, build_process(T0 + 3 * MS, ST_PROCESS_FORK, 100, "third"));
	assert_int_equal(model->processes.len, 2);
	assert_string_equal(model->processes.items[0]->cmdline, "py x.py");
	assert_string_equal(model->processes.items[0]->cgroup_path, "/a");
	assert_int_equal(model->processes.items[0]->names.len, 2);
	assert_string_equal(process_comm(model->processes.items[0]), "second");
	assert_int_equal(model->processes.items[0]->end_ns, 3 * MS);
	assert_true(model->processes.items[0]->target);
	assert_string_equal(process_comm(model->processes.items[1]), "third");
	assert_int_equal(model->processes.items[1]->start_ns, 4 * MS);
	assert_int_equal(model->processes.items[1]->end_ns, TIME_UNKNOWN);
	assert_int_equal(told.processes, 4);
	model_free(&model);
}

static void test_events_of_a_connection_fold(void **state)
{
	struct told told = {.keep = true};
	struct model *model = start(&told);
	const struct connection *connection;
	uint64_t calls[2] = {0}, bytes[2] = {0};
	size_t closes = 0, retransmits = 0;
	struct st_sock sock = build_tcp(BUILD_CLIENT, 40000, 8088);

	(void)state;
	assert_int_equal(model->connection_events_max, 10000);
	model->connection_events_max = 256;
	build_connect(model, T0, BUILD_CLIENT, 40000);
	/* more than there is room for, before anything is received */
	for (__u64 i = 1; i <= 2000; i++) {
		feed(model, build_data(T0 + i * MS, BUILD_CLIENT, ST_SEND, i, 3 * i, 100));
		feed(model, build_tcp_event(T0 + i * MS, sock, ST_TCP_RETRANSMIT));
	}
	for (__u64 i = 1; i <= 500; i++)
		feed(model,
		     build_data(T0 + (2000 + i) * MS, BUILD_CLIENT, ST_RECV, 2 * i, 7 * i, 100));
	build_close(model, T0 + 3000 * MS, sock, 100, 3, TCP_FIN_WAIT2);
	connection = model->connections.items[0];
	vec_each (event, &connection->events) {
		closes += event->name == EVENT_CLOSE;
		retransmits += event->name == EVENT_RETRANSMIT;
		if (event->name != EVENT_SEND && event->name != EVENT_RECV)
			continue;
		calls[event->name == EVENT_RECV] += event->count;
		bytes[event->name == EVENT_RECV] += event->bytes;
	}
	assert_in_range(connection->events.len, 256, 256 + EVENTS_MAX + 4);
	assert_int_equal(calls[0], 2000);
	assert_int_equal(bytes[0], 6000);
	assert_int_equal(calls[1], 1000);
	assert_int_equal(bytes[1], 3500);
	assert_int_equal(connection->client.bytes_sent, 6000);
	assert_int_equal(connection->client.bytes_received, 3500);
	assert_int_equal(closes, 1);
	assert_in_range(retransmits, 1000, 2000);
	assert_int_equal(connection->retransmits, 2000);
	model_free(&model);
}

static void test_capture_facts(void **state)
{
	struct told told = {0};
	struct model *model = start(&told);
	struct st_probe probe = {
		.h = {.type = ST_PROBE, .size = sizeof(probe), .ts_ns = BUILD_START_NS},
		.row = "calls"};
	struct st_end end = {
		.h = {.type = ST_END, .size = sizeof(end), .ts_ns = BUILD_START_NS + 7 * MS}};

	(void)state;
	memset(probe.method, 'x', sizeof(probe.method)); /* not terminated */
	feed(model, probe);
	feed(model, probe);
	feed(model, build_loss(T0, ST_LOSS_DATA, 5));
	feed(model, build_loss(T0, ST_LOSS_DATA, 3));
	feed(model, build_loss(T0, ST_LOSS_DAMAGED, 1));
	assert_false(model->capture.ended);
	feed(model, end);
	assert_true(model->capture.ended);
	assert_int_equal(model->capture.duration_ns, 7 * MS);
	assert_int_equal(model->capture.probes.len, 1);
	assert_int_equal(strlen(model->capture.probes.items[0].method), ST_TEXT_LEN);
	assert_int_equal(capture_lost(&model->capture), 6);
	assert_string_equal(loss_name(ST_LOSS_DATA), "data");
	assert_string_equal(model->capture.host, "testhost");
	assert_int_equal(model->capture.events, 0);
	model_free(&model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_endless_stream),
		cmocka_unit_test(test_kept_connections_stay),
		cmocka_unit_test(test_lone_sockets_depart),
		cmocka_unit_test(test_paths_come_and_go),
		cmocka_unit_test(test_processes_come_and_go),
		cmocka_unit_test(test_listeners_come_and_go),
		cmocka_unit_test(test_processes_are_told_apart),
		cmocka_unit_test(test_events_of_a_connection_fold),
		cmocka_unit_test(test_capture_facts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

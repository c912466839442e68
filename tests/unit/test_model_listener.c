/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the model makes of listeners, of runs of data, and of sockets that become nothing.
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

static void test_backlog_changed(void **state)
{
	struct model *model = *state;
	struct st_call call =
		build_call(ST_CALL_LISTEN, T0, build_tcp(BUILD_LISTENER, 8088, 0), 200, 3, 0);
	struct listener *listener;

	build_listener(model, BUILD_START_NS + 100 * US);
	call.arg[0] = -1;
	call.backlog = 4096;
	build_feed(model, &call);
	assert_int_equal(model->listeners.len, 1);
	listener = model->listeners.items[0];
	assert_int_equal(listener->backlog_changes.len, 1);
	assert_int_equal(listener->backlog_changes.items[0].requested, -1);
	assert_int_equal(listener->effective, 4096);
}

static void test_failed_accepts_are_bounded(void **state)
{
	struct model *model = *state;
	struct st_call call = build_call(ST_CALL_ACCEPT, T0, build_tcp(0, 0, 0), 200, 3, -EAGAIN);

	build_listener(model, BUILD_START_NS + 100 * US);
	call.listener = BUILD_LISTENER;
	for (int i = 0; i < 5000; i++)
		build_feed(model, &call);
	assert_in_range(model->listeners.items[0]->events.len, 900, 1100);
	assert_int_equal(model->listeners.items[0]->accepted, 0);
}

static void test_owners_by_fork(void **state)
{
	struct model *model = *state;
	struct st_call call;

	build_listener(model, BUILD_START_NS + 100 * US);
	for (__u32 pid = 201; pid < 204; pid++) {
		build_child(model, T0 + pid * US, BUILD_SERVER + pid, 40000 + pid);
		call = build_call(ST_CALL_ACCEPT, T0 + pid * 2 * US,
				  build_tcp(BUILD_SERVER + pid, 8088, 40000 + pid), pid, 3, 7);
		call.listener = BUILD_LISTENER;
		build_feed(model, &call);
	}
	assert_int_equal(model->listeners.items[0]->owners.len, 4);
	assert_int_equal(model->listeners.items[0]->accepted, 3);
}

/* The parent accepts, the child serves, with the parent's number. */
static void test_served_by_a_child(void **state)
{
	struct model *model = *state;
	struct st_process child = build_process(T0 + 170 * US, ST_PROCESS_FORK, 300, "child");
	struct st_sock server = build_tcp(BUILD_SERVER, 8088, 40000);

	build_pair(model);
	child.ppid = 200;
	build_feed(model, &child);
	feed(model, build_data(T0 + 180 * US, BUILD_SERVER, ST_SEND, 1, 7, 300));
	assert_int_equal(build_only(model)->server.process->pid, 200);
	assert_int_equal(build_only(model)->events.items[build_only(model)->events.len - 1].fd, 4);
	feed(model, build_call(ST_CALL_CLOSE, T0 + 200 * US, server, 200, 4, 0));
	feed(model, build_data(T0 + 210 * US, BUILD_SERVER, ST_SEND, 2, 14, 300));
	assert_int_equal(build_only(model)->server.process->pid, 300);
	assert_string_equal(build_only(model)->server.comm, "child");
	assert_int_equal(build_only(model)->server.fd, 4);
	assert_false(build_only(model)->server.closed);
}

static void test_accept_in_flight(void **state)
{
	struct model *model = *state;
	struct st_call call =
		build_call(ST_CALL_ACCEPT, T0, build_tcp(BUILD_SERVER, 8088, 40000), 200, 3, 4);
	const struct event *event;

	call.listener = BUILD_LISTENER;
	call.enter_ns = 0;
	call.flags = ST_CALL_IN_FLIGHT;
	call.sock.state = TCP_ESTABLISHED;
	build_feed(model, &call);
	event = &build_only(model)->events.items[0];
	assert_true(event->in_flight);
	assert_int_equal(event->t_ns, MS);
	assert_int_equal(event->duration_ns, TIME_UNKNOWN);
	assert_int_equal(event->ret, 4);
	assert_int_equal(build_only(model)->accept_wait_ns, TIME_UNKNOWN);
	assert_int_equal(model->listeners.len, 1);
	assert_true(model->listeners.items[0]->from_snapshot);
}

static void test_listener_knows_its_queue(void **state)
{
	struct model *model = *state;
	struct listener *listener;

	build_pair(model);
	assert_int_equal(model->listeners.len, 1);
	listener = model->listeners.items[0];
	assert_ptr_equal(build_only(model)->listener, listener);
	assert_int_equal(listener->requested, 5);
	assert_int_equal(listener->effective, 5);
	assert_int_equal(listener->backlog_changes.len, 0);
	assert_false(listener->from_snapshot);
	assert_int_equal(listener->address.port, 8088);
	assert_int_equal(listener->arrivals, 1);
	assert_int_equal(listener->accepted, 1);
	assert_int_equal(listener->depth_max, 1);
	assert_int_equal(listener->depth, 0);
	assert_int_equal(listener->samples.len, 2);
	assert_int_equal(listener->waits.len, 1);
	assert_int_equal(listener->owners.len, 1);
	assert_int_equal(listener->owners.items[0].fd, 3);
	assert_int_equal(listener->events.len, 3);
	assert_int_equal(listener->opened_ns, 135 * US);
}

/* An arrival at a queue with room is told when accept() returns, or after a while. */
static void test_arrival_told_late(void **state)
{
	struct model *model = *state;
	struct st_state second = build_state(T0 + 2 * MS, build_tcp(BUILD_SERVER + 1, 8088, 40001),
					     TCP_SYN_RECV, TCP_ESTABLISHED);
	struct listener *listener;

	build_listener(model, BUILD_START_NS + 100 * US);
	second.queued_ns = T0 + 2 * MS;
	second.listener = BUILD_LISTENER;
	second.depth = 4;
	second.limit = 5;
	build_feed(model, &second);
	build_child(model, T0 + MS, BUILD_SERVER, 40000);
	listener = model->listeners.items[0];
	assert_int_equal(listener->arrivals, 2);
	assert_int_equal(listener->depth, 5);
	assert_int_equal(listener->steps.items[0].depth, 1);
	assert_int_equal(listener->steps.items[1].depth, 5);
}

static void test_data_counts_are_differences(void **state)
{
	struct model *model = *state;

	build_pair(model);
	feed(model, build_data(T0 + 200 * US, BUILD_CLIENT, ST_SEND, 2, 100, 100));
	feed(model, build_data(T0 + 210 * US, BUILD_CLIENT, ST_SEND, 5, 150, 100));
	feed(model, build_data(T0 + 220 * US, BUILD_CLIENT, ST_SEND, 5, 150, 100));
	assert_int_equal(build_only(model)->client.bytes_sent, 150);
	assert_int_equal(build_count(build_only(model), EVENT_SEND, SIDE_CLIENT), 2);
	assert_int_equal(build_only(model)->events.items[build_only(model)->events.len - 1].count,
			 3);
	assert_int_equal(build_only(model)->events.items[build_only(model)->events.len - 1].bytes,
			 50);
	assert_int_equal(build_only(model)->events.items[build_only(model)->events.len - 1].fd, 3);
}

static void test_runs_together(void **state)
{
	struct model *model = *state;
	struct st_runs runs;

	build_pair(model);
	runs = build_runs(T0 + 200 * US, BUILD_CLIENT, 100, 5);
	runs.run[2].calls = 0; /* a place left empty: what it said is told at the end */
	build_feed(model, &runs);
	assert_int_equal(build_count(build_only(model), EVENT_SEND, SIDE_CLIENT), 3);
	assert_int_equal(build_count(build_only(model), EVENT_RECV, SIDE_CLIENT), 2);
	assert_int_equal(build_only(model)->client.bytes_sent, 10 + 12 + 14);
	assert_int_equal(build_only(model)->client.bytes_received, 11 + 13);
	runs.calls[ST_RECV] += 7; /* a record was lost: its sums are in the next one's */
	runs.bytes[ST_RECV] += 700;
	runs.h.size = ST_RUNS_SIZE(1);
	build_feed(model, &runs);
	assert_int_equal(build_only(model)->client.bytes_sent, 10 + 12 + 14);
	assert_int_equal(build_only(model)->client.bytes_received, 11 + 13 + 700);
}

static void test_many_runs_are_folded(void **state)
{
	struct model *model = *state;

	build_pair(model);
	for (__u64 i = 1; i <= 30000; i++)
		feed(model, build_data(T0 + (200 + i) * US, BUILD_CLIENT, ST_SEND, i, i * 10, 100));
	assert_int_equal(build_only(model)->client.bytes_sent, 300000);
	assert_in_range(build_only(model)->events.len, 9000, 11000);
}

static void test_errors_stay_on_the_socket(void **state)
{
	struct model *model = *state;
	const struct socket *socket;

	feed(model, build_call(ST_CALL_SOCKET, T0, build_tcp(5, 0, 0), 200, -1, 3));
	feed(model, build_call(ST_CALL_BIND, T0 + US, build_tcp(5, 0, 0), 200, 3, -EADDRINUSE));
	assert_int_equal(model->connections.len, 0);
	socket = model->sockets.items[0];
	assert_true(model_socket_shown(socket));
	assert_int_equal(socket->events.len, 2);
	assert_int_equal(socket->events.items[1].err, EADDRINUSE);
	assert_int_equal(socket->events.items[1].ret, -1);
	assert_int_equal(socket->last_err, EADDRINUSE);
	feed(model, build_call(ST_CALL_CLOSE, T0 + 2 * US, build_tcp(5, 0, 0), 200, 3, 0));
	assert_int_equal(socket->last_err, EADDRINUSE);
	feed(model, build_call(ST_CALL_SOCKET, T0, build_tcp(0, 0, 0), 200, -1, -EMFILE));
	assert_int_equal(model->sockets.len, 2);
	assert_int_equal(model->sockets.items[1]->events.items[0].err, EMFILE);
}

/* Of several threads in accept() when a trace ends the first to come tells since when. */
static void test_accepts_that_wait(void **state)
{
	struct model *model = *state;
	const struct event *waiting;

	build_listener(model, BUILD_START_NS + 100 * US);
	waiting = &model->listeners.items[0]->waiting_accept;
	assert_int_equal(waiting->count, 0);
	feed(model, build_waits(T0 + 9 * MS, 999, 999, T0)); /* of a process that has it not */
	assert_int_equal(waiting->count, 0);
	feed(model, build_waits(T0 + 9 * MS, 200, 201, T0 + 5 * MS));
	feed(model, build_waits(T0 + 9 * MS, 200, 202, T0 + 2 * MS));
	feed(model, build_waits(T0 + 9 * MS, 200, 203, T0 + 7 * MS));
	assert_int_equal(waiting->count, 3);
	assert_int_equal(waiting->tid, 202);
	assert_int_equal(waiting->duration_ns, 7 * MS);
	assert_false(waiting->in_flight);
	feed(model, build_waits(T0 + 9 * MS, 200, 204, 0)); /* from before the trace */
	assert_int_equal(waiting->tid, 204);
	assert_true(waiting->in_flight);
}

#define test(name) cmocka_unit_test_setup_teardown(name, build_setup, build_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(test_backlog_changed),
		test(test_failed_accepts_are_bounded),
		test(test_owners_by_fork),
		test(test_served_by_a_child),
		test(test_accept_in_flight),
		test(test_listener_knows_its_queue),
		test(test_arrival_told_late),
		test(test_data_counts_are_differences),
		test(test_runs_together),
		test(test_many_runs_are_folded),
		test(test_errors_stay_on_the_socket),
		test(test_accepts_that_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

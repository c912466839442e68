/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the model makes of a socketpair: its two ends, in one process and in two.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "build.h"

#define T0 (BUILD_START_NS + MS)
#define only build_only

static void pair_at(struct model *model, __u64 t)
{
	struct st_call call =
		build_call(ST_CALL_SOCKETPAIR, t, build_unix(50, 51, SOCK_STREAM), 100, 5, 0);

	call.listener = 51 | ST_ID_UNIX;
	call.fd2 = 6;
	build_feed(model, &call);
}

static void test_socketpair(void **state)
{
	struct model *model = *state;
	size_t calls = 0;

	pair_at(model, T0);
	feed(model, build_data(T0 + US, 50 | ST_ID_UNIX, ST_SEND, 1, 7, 100));
	feed(model, build_data(T0 + US, 51 | ST_ID_UNIX, ST_RECV, 1, 7, 100));
	assert_int_equal(only(model)->client.fd, 5);
	assert_int_equal(only(model)->server.fd, 6);
	assert_int_equal(only(model)->client.bytes_sent, 7);
	assert_int_equal(only(model)->server.bytes_received, 7);
	assert_false(only(model)->roles_inferred);
	vec_each (event, &only(model)->events)
		calls += event->name == EVENT_SOCKETPAIR && event->arg.socket.fd2 == 6;
	assert_int_equal(calls, 2);
}

static void fork_at(struct model *model, __u64 t, __u32 pid, __u32 ppid)
{
	struct st_process child = build_process(t, ST_PROCESS_FORK, pid, "child");

	child.ppid = ppid;
	build_feed(model, &child);
}

/* As parent and child do: each closes the end it does not use. */
static void test_socketpair_across_a_fork(void **state)
{
	struct model *model = *state;
	const struct event *events;
	size_t len;

	pair_at(model, T0);
	fork_at(model, T0 + US, 300, 100);
	feed(model,
	     build_call(ST_CALL_CLOSE, T0 + 12 * US, build_unix(51, 50, SOCK_STREAM), 100, 6, 0));
	feed(model,
	     build_call(ST_CALL_CLOSE, T0 + 13 * US, build_unix(50, 51, SOCK_STREAM), 300, 5, 0));
	feed(model, build_data(T0 + 14 * US, 51 | ST_ID_UNIX, ST_SEND, 1, 7, 300));
	feed(model, build_data(T0 + 15 * US, 50 | ST_ID_UNIX, ST_RECV, 1, 7, 100));
	assert_int_equal(only(model)->client.process->pid, 100);
	assert_int_equal(only(model)->client.fd, 5);
	assert_int_equal(only(model)->server.process->pid, 300);
	assert_int_equal(only(model)->server.fd, 6);
	events = only(model)->events.items;
	len = only(model)->events.len;
	assert_int_equal(events[len - 2].pid, 300);
	assert_int_equal(events[len - 1].pid, 100);
	assert_int_equal(events[len - 1].fd, 5);
	assert_false(only(model)->client.closed || only(model)->server.closed);
}

/* What the child received is told after its exit, with which its end went. */
static void test_exit_before_what_was_done_is_told(void **state)
{
	struct model *model = *state;

	pair_at(model, T0);
	fork_at(model, T0 + US, 300, 100);
	feed(model,
	     build_call(ST_CALL_CLOSE, T0 + 12 * US, build_unix(51, 50, SOCK_STREAM), 100, 6, 0));
	feed(model, build_process(T0 + 40 * US, ST_PROCESS_EXIT, 300, "child"));
	feed(model, build_data(T0 + 20 * US, 51 | ST_ID_UNIX, ST_RECV, 1, 7, 300));
	feed(model, build_release(T0 + 900 * US, 51 | ST_ID_UNIX, 0));
	assert_true(only(model)->server.closed);
	assert_int_equal(only(model)->events.items[only(model)->events.len - 1].t_ns, MS + 40 * US);
}

#define test(name) cmocka_unit_test_setup_teardown(name, build_setup, build_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(test_socketpair),
		test(test_socketpair_across_a_fork),
		test(test_exit_before_what_was_done_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

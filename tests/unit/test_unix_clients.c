/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Clients of a UNIX listener whose queue is full: who waits, for how long, what would have
 * been long enough.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "scene.h"

#define T0 BUILD_T0
#define PATH "/run/a.sock"
#define LIMIT 1

static int setup(void **state)
{
	struct st_call call;
	struct scene *scene;

	scene_setup(state);
	scene = *state;
	scene->limit = LIMIT;
	call = build_call(ST_CALL_LISTEN, T0, build_unix(BUILD_LISTENER, 0, SOCK_STREAM), SCENE_PID,
			  3, 0);
	call.arg[0] = LIMIT;
	call.backlog = LIMIT;
	feed(scene->model, build_call_unix(call, PATH, sizeof(PATH) - 1));
	return 0;
}

/* The thread's connect() with that socket, which began at `from`, returns. */
static void returns(struct scene *scene, __u64 from, __u64 t, __u64 id, __u32 tid, __s32 ret)
{
	struct st_call call =
		build_call(ST_CALL_CONNECT, t, build_unix(id, 0, SOCK_STREAM), 100, 5, ret);

	call.enter_ns = from;
	call.tid = tid;
	call.backlog = LIMIT;
	call.depth = ret ? scene->depth : ++scene->depth;
	feed(scene->model, build_call_unix(call, PATH, sizeof(PATH) - 1));
}

/* The kernel side tells that it found no room. */
static void full(struct scene *scene, __u64 since, __u32 pid, __u32 tid, __u8 flags)
{
	struct st_drop drop = build_drop(since, build_unix(BUILD_LISTENER, 0, SOCK_STREAM),
					 ST_DROP_UNIX, LIMIT + 1, LIMIT);

	drop.pid = pid;
	drop.tid = tid;
	drop.flags = flags;
	build_feed(scene->model, &drop);
}

static void accepts(struct scene *scene, __u64 t, __u64 child, __u64 client)
{
	struct st_call call = build_call(ST_CALL_ACCEPT, t, build_unix(child, client, SOCK_STREAM),
					 SCENE_PID, 3, 9);

	call.listener = BUILD_LISTENER | ST_ID_UNIX;
	call.backlog = LIMIT;
	call.depth = --scene->depth;
	feed(scene->model, call);
}

static const struct listener *listener(const struct scene *scene)
{
	return scene->model->listeners.items[0];
}

static const struct unix_client *client(const struct scene *scene, size_t at)
{
	assert_true(listener(scene)->unix_clients.len > at);
	return &listener(scene)->unix_clients.items[at];
}

static void fill(struct scene *scene)
{
	for (unsigned i = 0; i <= LIMIT; i++)
		returns(scene, T0 + MS, T0 + MS + 10 * US, 100 + i, 100, 0);
}

/* Told while it waits, and how it ends by its call. */
static void test_told_as_it_waits(void **state)
{
	struct scene *scene = *state;

	fill(scene);
	full(scene, T0 + 2 * MS, 100, 101, 0);
	assert_int_equal(client(scene, 0)->until_ns, TIME_UNKNOWN);
	accepts(scene, T0 + 302 * MS, 500, 100);
	returns(scene, T0 + 2 * MS, T0 + 302 * MS, 110, 101, 0);
	assert_int_equal(listener(scene)->unix_clients.len, 1);
	assert_int_equal(client(scene, 0)->until_ns - client(scene, 0)->since_ns, 300 * MS);
	assert_true(client(scene, 0)->got_in);
	assert_int_equal(client(scene, 0)->process->pid, 100);
	assert_int_equal(client(scene, 0)->tid, 101);
}

/* Told after it returned, other calls in between. */
static void test_told_afterwards(void **state)
{
	struct scene *scene = *state;

	fill(scene);
	accepts(scene, T0 + 52 * MS, 500, 100);
	returns(scene, T0 + 2 * MS, T0 + 52 * MS, 110, 101, 0);
	returns(scene, T0 + 51 * MS, T0 + 53 * MS, 111, 102, -EINTR);
	full(scene, T0 + 2 * MS, 100, 101, 0);
	full(scene, T0 + 51 * MS, 100, 102, 0);
	assert_int_equal(client(scene, 0)->until_ns - client(scene, 0)->since_ns, 50 * MS);
	assert_true(client(scene, 0)->got_in);
	assert_int_equal(client(scene, 1)->until_ns - client(scene, 1)->since_ns, 2 * MS);
	assert_false(client(scene, 1)->got_in);
}

/* A socket that tries again is one client, another socket another one. */
static void test_eagain(void **state)
{
	struct scene *scene = *state;

	fill(scene);
	for (int i = 0; i < 3; i++) {
		__u64 t = T0 + 2 * MS + i * 20 * MS;

		returns(scene, t, t + US, 110, 101, -EAGAIN);
		full(scene, t, 100, 101, ST_DROP_AGAIN);
	}
	returns(scene, T0 + 50 * MS, T0 + 50 * MS + US, 111, 101, -EAGAIN);
	full(scene, T0 + 50 * MS, 100, 101, ST_DROP_AGAIN);
	accepts(scene, T0 + 60 * MS, 500, 100);
	returns(scene, T0 + 62 * MS, T0 + 62 * MS + US, 110, 101, 0);
	assert_int_equal(listener(scene)->unix_clients.len, 2);
	assert_int_equal(client(scene, 0)->eagain, 3);
	assert_true(client(scene, 0)->got_in);
	assert_int_equal(client(scene, 0)->until_ns - client(scene, 0)->since_ns, 60 * MS + US);
	assert_int_equal(client(scene, 1)->eagain, 1);
	assert_int_equal(client(scene, 1)->until_ns, TIME_UNKNOWN);
	assert_int_equal(listener(scene)->unix_eagain, 4);
}

/* A second in which three wait: one 300 ms, one for 600 ms, the third to the end. */
static const struct finding *crowd(struct scene *scene)
{
	feed(scene->model, build_process(T0, ST_PROCESS_SEEN, 300, "php"));
	fill(scene);
	full(scene, T0 + 2 * MS, 100, 101, 0);
	full(scene, T0 + 3 * MS, 100, 102, 0);
	full(scene, T0 + 4 * MS, 300, 301, 0);
	accepts(scene, T0 + 302 * MS, 500, 100);
	returns(scene, T0 + 2 * MS, T0 + 302 * MS, 110, 101, 0);
	accepts(scene, T0 + 603 * MS, 501, 101);
	returns(scene, T0 + 3 * MS, T0 + 603 * MS, 111, 102, 0);
	returns(scene, T0 + 700 * MS, T0 + 700 * MS, 112, 103, -EAGAIN);
	full(scene, T0 + 700 * MS, 100, 103, ST_DROP_AGAIN);
	scene_passes(scene, T0 + 1004 * MS);
	return scene_only(scene);
}

static void test_finding(void **state)
{
	const struct finding *finding = crowd(*state);

	assert_int_equal(finding->rule, RULE_UNIX_BACKLOG_FULL);
	assert_int_equal(scene_evidence(finding, "connects"), 4);
	assert_int_equal(scene_evidence(finding, "blocked"), 3);
	assert_int_equal(scene_evidence(finding, "eagain"), 1);
	assert_int_equal(scene_evidence(finding, "clients"), 2);
	assert_int_equal(scene_evidence(finding, "clients_waiting"), 1);
	assert_int_equal(scene_evidence(finding, "connect_wait_max_ns"), 1000 * MS);
	assert_true(scene_says(finding, "php[300] waited for 1 s and waits still; client[100] "
					"waited 2 times, up to 600 ms, and got EAGAIN once."));
}

/* Who waits to the end had room for nobody: two were in the queue, three came beside them, one
 * more when two had left. */
static void test_how_large(void **state)
{
	const struct finding *finding = crowd(*state);

	assert_int_equal(scene_evidence(finding, "backlog_needed"), 4);
	assert_true(scene_says(finding, "A backlog of 4 would have kept nobody waiting"));
}

/* Once there is room, nobody waits any more, even where that was not seen. */
static void test_waits_no_longer(void **state)
{
	struct scene *scene = *state;

	crowd(scene);
	feed(scene->model, build_reading(T0 + 1005 * MS, BUILD_LISTENER | ST_ID_UNIX, 0, LIMIT));
	scene_passes(scene, T0 + 1400 * MS);
	assert_int_equal(scene_evidence(scene_only(scene), "clients_waiting"), 0);
	assert_int_equal(scene_evidence(scene_only(scene), "connect_wait_max_ns"), 600 * MS);
}

/* A client that is killed as it waits has waited until then. */
static void test_killed(void **state)
{
	struct scene *scene = *state;

	fill(scene);
	full(scene, T0 + 2 * MS, 300, 301, 0);
	feed(scene->model, build_process(T0 + 402 * MS, ST_PROCESS_EXIT, 300, "php"));
	scene_passes(scene, T0 + 1000 * MS);
	assert_int_equal(scene_evidence(scene_only(scene), "clients_waiting"), 0);
	assert_int_equal(scene_evidence(scene_only(scene), "connect_wait_max_ns"), 400 * MS);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(test_told_as_it_waits), test(test_told_afterwards), test(test_eagain),
		test(test_finding),          test(test_how_large),       test(test_waits_no_longer),
		test(test_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

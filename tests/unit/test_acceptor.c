/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What is made of a thread's clocks and samples: turns, and stretches of time.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "analyze/segments.h"
#include "base/syscalls.h"
#include "build.h"

#define T0 BUILD_T0
#define AT(ns) ((int64_t)((ns)-BUILD_START_NS)) /* the model's time */
#define TID 201

static int setup(void **state)
{
	struct model *model;

	assert_int_equal(model_new(&model, NULL), 0);
	feed(model, build_host());
	build_listener(model, BUILD_START_NS + 100 * US);
	*state = model;
	return 0;
}

static int teardown(void **state)
{
	struct model *model = *state;

	model_free(&model);
	return 0;
}

/* accept() of TID returned ret at t after `took`; its clocks then. */
static void returned(struct model *model, __u64 t, __u64 took, __s32 ret, __u64 running,
		     __u64 runnable)
{
	static __u64 id = 1000;
	struct st_call call =
		build_call(ST_CALL_ACCEPT, t, build_tcp(ret < 0 ? 0 : id++, 8088, 1), 200, 3, ret);

	call.tid = TID;
	call.enter_ns = t - took;
	call.listener = BUILD_LISTENER;
	call.backlog = 5;
	call.running_ns = running;
	call.runnable_ns = runnable;
	build_feed(model, &call);
}

static void sampled(struct model *model, __u64 t, enum st_thread_state now, __u64 running,
		    __u64 runnable, __s32 number)
{
	struct st_sample sample = build_sample(t, BUILD_LISTENER, TID, now);

	sample.pid = 200;
	sample.running_ns = running;
	sample.runnable_ns = runnable;
	sample.syscall = number;
	build_feed(model, &sample);
}

static struct acceptor *only(const struct model *model)
{
	assert_int_equal(model->acceptors.len, 1);
	return model->acceptors.items[0];
}

static void assert_turn(const struct accept_turn *turn, int64_t start, int64_t end,
			int64_t accepting, int64_t running, int64_t runnable)
{
	assert_int_equal(turn->start_ns, start);
	assert_int_equal(turn->end_ns, end);
	assert_int_equal(turn->accepting_ns, accepting);
	assert_int_equal(turn->running_ns, running);
	assert_int_equal(turn->runnable_ns, runnable);
}

static void test_turn(void **state)
{
	struct model *model = *state;
	struct acceptor *acceptor;

	returned(model, T0, US, 7, 50 * MS, 4 * MS);
	acceptor = only(model);
	assert_int_equal(acceptor->turns.len, 0);
	assert_int_equal(acceptor->tid, TID);
	assert_int_equal(acceptor->process->pid, 200);
	assert_int_equal(acceptor->last_accept_ns, AT(T0));
	returned(model, T0 + 10 * MS, 3 * MS, 8, 52 * MS, 5 * MS);
	assert_int_equal(acceptor->turns.len, 1);
	assert_turn(&acceptor->turns.items[0], AT(T0), AT(T0 + 10 * MS), 3 * MS, 2 * MS, MS);
	assert_int_equal(acceptor->turns.items[0].accepts, 1);
	assert_false(acceptor->turns.items[0].crowded);
	assert_int_equal(acceptor->accepted, 2);
}

/* An empty queue ends no turn; another failure does. */
static void test_failures(void **state)
{
	struct model *model = *state;
	struct acceptor *acceptor;

	returned(model, T0, US, 7, MS, MS);
	acceptor = only(model);
	returned(model, T0 + MS, US, -EAGAIN, 2 * MS, MS);
	returned(model, T0 + MS + US, US, -EINTR, 2 * MS, MS);
	assert_int_equal(acceptor->turns.len, 0);
	assert_int_equal(acceptor->failures, 0);
	returned(model, T0 + 2 * MS, US, -EMFILE, 2 * MS, MS);
	assert_int_equal(acceptor->turns.len, 1);
	assert_int_equal(acceptor->turns.items[0].accepts, 0);
	assert_int_equal(acceptor->failures, 1);
	assert_int_equal(acceptor->failed_err, EMFILE);
	assert_int_equal(acceptor->failed_ns, AT(T0 + 2 * MS));
	assert_int_equal(acceptor->last_accept_ns, AT(T0));
}

/* The clock that shows late shows nothing twice and loses nothing. */
static void test_late_clock(void **state)
{
	struct model *model = *state;
	int64_t sum = 0;

	returned(model, T0, US, 7, 100 * MS, 0);
	for (int i = 1; i <= 12; i++)
		returned(model, T0 + i * MS, US, 7, 100 * MS + (i / 4) * 4 * MS, 0);
	vec_each (turn, &only(model)->turns) {
		assert_in_range(turn->running_ns, 0, MS);
		sum += turn->running_ns;
	}
	assert_in_range(sum, 9 * MS, 12 * MS); /* what is carried over comes later */
}

static void test_unknown_clocks(void **state)
{
	struct model *model = *state;

	returned(model, T0, US, 7, 0, 0);
	returned(model, T0 + MS, US, 7, 0, 0);
	assert_int_equal(only(model)->turns.len, 1);
	assert_int_equal(only(model)->turns.items[0].running_ns, TIME_UNKNOWN);
	assert_int_equal(only(model)->turns.items[0].runnable_ns, TIME_UNKNOWN);
}

/* However many come, turns are no coarser than the time that they cover asks for. */
static void test_turns_for_long(void **state)
{
	const int64_t turns = 500000, each = 20 * US;
	struct model *model = *state;
	struct acceptor *acceptor;

	returned(model, T0, US, -EMFILE, 0, 0);
	for (int64_t i = 1; i <= turns; i++)
		returned(model, T0 + i * each, US, -EMFILE, 0, 0);
	acceptor = only(model);
	assert_in_range(acceptor->turns.len, 1000, 10000);
	assert_int_equal(acceptor->turns.items[0].start_ns, AT(T0));
	assert_int_equal(acceptor->turns.items[acceptor->turns.len - 1].end_ns,
			 AT(T0 + turns * each));
	assert_in_range(acceptor->grain_ns, 1, 4 * turns * each / 5000);
}

/* Short turns are joined, the long one stays as it is, no time is lost. */
static void test_many_turns(void **state)
{
	struct model *model = *state;
	__u64 t = T0, running = MS;
	struct acceptor *acceptor;
	int64_t end = AT(T0), sum = 0, longest = 0;
	uint64_t accepts = 0;

	returned(model, t, US, 7, running, MS);
	for (int i = 0; i < 12000; i++) {
		t += i == 6000 ? 300 * MS : 20 * US;
		running += 5 * US;
		returned(model, t, US, 7, running, MS);
	}
	acceptor = only(model);
	assert_in_range(acceptor->turns.len, 1000, 10000);
	vec_each (turn, &acceptor->turns) {
		assert_int_equal(turn->start_ns, end);
		end = turn->end_ns;
		sum += turn->running_ns;
		accepts += turn->accepts;
		if (end - turn->start_ns > longest)
			longest = end - turn->start_ns;
	}
	assert_int_equal(end, AT(t));
	assert_int_equal(sum, 12000 * 5 * US);
	assert_int_equal(accepts, 12000);
	assert_int_equal(longest, 300 * MS);
}

static void test_crowded(void **state)
{
	struct model *model = *state;

	returned(model, T0, US, 7, MS, 0);
	for (int i = 0; i < 3; i++) {
		struct st_state child = build_state(T0 + (10 + i) * US,
						    build_tcp(BUILD_SERVER + i, 8088, 40000 + i),
						    TCP_SYN_RECV, TCP_ESTABLISHED);

		child.queued_ns = child.h.ts_ns;
		child.listener = BUILD_LISTENER;
		child.depth = i;
		build_feed(model, &child);
	}
	returned(model, T0 + MS, US, 7, MS, 0);
	returned(model, T0 + 2 * MS, US, 7, MS, 0);
	assert_int_equal(only(model)->turns.len, 2);
	assert_true(only(model)->turns.items[0].crowded);
	assert_false(only(model)->turns.items[1].crowded);
}

static void assert_segment(const struct segments *segments, size_t i, enum segment_state what,
			   int64_t start, int64_t end, int32_t number)
{
	const struct segment *segment = &segments->items[i];

	assert_true(i < segments->len);
	assert_int_equal(segment->state, what);
	assert_int_equal(segment->start_ns, start);
	assert_int_equal(segment->end_ns, end);
	assert_int_equal(segment->sample ? segment->sample->syscall : -1, number);
}

/* Ran 1 ms, then slept in a call for 8, as two samples say; ran 1 ms more; accept() took 2. */
static void test_segments(void **state)
{
	struct segments segments = {0};
	struct model *model = *state;

	returned(model, T0, US, 7, MS, 0);
	sampled(model, T0 + 4 * MS, ST_THREAD_SLEEPING, 2 * MS, 0, 45);
	sampled(model, T0 + 6 * MS, ST_THREAD_SLEEPING, 2 * MS, 0, 45);
	returned(model, T0 + 12 * MS, 2 * MS, 7, 3 * MS, 0);
	assert_int_equal(segments_of(only(model), &segments), 0);
	assert_int_equal(segments.len, 4);
	assert_segment(&segments, 0, SEGMENT_RUNNING, AT(T0), AT(T0 + MS), -1);
	assert_segment(&segments, 1, SEGMENT_BLOCKED, AT(T0 + MS), AT(T0 + 9 * MS), 45);
	assert_segment(&segments, 2, SEGMENT_RUNNING, AT(T0 + 9 * MS), AT(T0 + 10 * MS), -1);
	assert_segment(&segments, 3, SEGMENT_ACCEPTING, AT(T0 + 10 * MS), AT(T0 + 12 * MS), -1);
	vec_release(&segments);
}

/* A wait for a CPU shows in the clocks only at its end: it counts from the samples on, once. */
static void test_starved(void **state)
{
	struct segments segments = {0};
	struct model *model = *state;
	int64_t runnable = 0;

	returned(model, T0, US, 7, MS, MS);
	for (int i = 1; i <= 9; i++)
		sampled(model, T0 + i * 10 * MS, ST_THREAD_RUNNABLE, MS, MS, -1);
	returned(model, T0 + 100 * MS, 0, 7, 2 * MS, 100 * MS);
	assert_int_equal(segments_of(only(model), &segments), 0);
	vec_each (segment, &segments)
		if (segment->state == SEGMENT_RUNNABLE)
			runnable += segment->end_ns - segment->start_ns;
	assert_int_equal(runnable, 99 * MS);
	assert_int_equal(only(model)->turns.items[0].runnable_ns, 99 * MS);
	vec_release(&segments);
}

/* A thread that never accepted is known by samples alone. */
static void test_samples_alone(void **state)
{
	struct segments segments = {0};
	struct model *model = *state;

	for (int i = 0; i < 2000; i++)
		sampled(model, T0 + i * MS, ST_THREAD_STOPPED, 5 * MS, MS, 202);
	assert_in_range(only(model)->samples.len, 64, 256);
	assert_int_equal(only(model)->last_accept_ns, TIME_UNKNOWN);
	assert_int_equal(segments_of(only(model), &segments), 0);
	assert_int_equal(segments.len, 1);
	assert_segment(&segments, 0, SEGMENT_BLOCKED, AT(T0), AT(T0 + 1999 * MS), 202);
	vec_release(&segments);
}

static void test_syscall_numbers(void **state)
{
	(void)state;
#ifdef __x86_64__
	assert_string_equal(syscall_name("x86_64", SYS_epoll_wait), "epoll_wait");
	assert_string_equal(syscall_name("x86_64", SYS_recvfrom), "recvfrom");
	assert_true(syscall_has_fd("x86_64", SYS_recvfrom));
	assert_false(syscall_has_fd("x86_64", SYS_poll));
#endif
	assert_string_equal(syscall_name("aarch64", 207), "recvfrom");
	assert_null(syscall_name("x86_64", 100000));
	assert_null(syscall_name("x86_64", -1));
	assert_null(syscall_name("vax", 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_turn, setup, teardown),
		cmocka_unit_test_setup_teardown(test_failures, setup, teardown),
		cmocka_unit_test_setup_teardown(test_late_clock, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unknown_clocks, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many_turns, setup, teardown),
		cmocka_unit_test_setup_teardown(test_turns_for_long, setup, teardown),
		cmocka_unit_test_setup_teardown(test_crowded, setup, teardown),
		cmocka_unit_test_setup_teardown(test_segments, setup, teardown),
		cmocka_unit_test_setup_teardown(test_starved, setup, teardown),
		cmocka_unit_test_setup_teardown(test_samples_alone, setup, teardown),
		cmocka_unit_test(test_syscall_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

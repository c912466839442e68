/* SPDX-License-Identifier: BSD-2-Clause
 *
 * When threads are looked at: while a queue is at least half full, and at what pace.
 */
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "build.h"
#include "capture/sampler.h"

#define LIMIT 10
#define NOW (100000 * (int64_t)MS)

static int setup(void **state)
{
	struct sampler *sampler;

	assert_int_equal(sampler_new(&sampler), 0);
	*state = sampler;
	return 0;
}

static int teardown(void **state)
{
	struct sampler *sampler = *state;

	sampler_free(&sampler);
	return 0;
}

static void arrives_at(struct sampler *sampler, __u64 t, __u32 before)
{
	struct st_state state =
		build_state(t, build_tcp(BUILD_SERVER, 80, 4000), TCP_SYN_RECV, TCP_ESTABLISHED);

	state.listener = BUILD_LISTENER;
	state.queued_ns = t;
	state.depth = before;
	state.limit = LIMIT;
	sampler_note(sampler, &state.h);
}

static void arrives(struct sampler *sampler, __u32 before)
{
	arrives_at(sampler, NOW, before);
}

static void accepts(struct sampler *sampler, __u32 tid, __s32 fd, __u32 left)
{
	struct st_call call =
		build_call(ST_CALL_ACCEPT, NOW, build_tcp(BUILD_SERVER, 80, 4000), 200, fd, 9);

	call.tid = tid;
	call.listener = BUILD_LISTENER;
	call.depth = left;
	call.backlog = LIMIT;
	sampler_note(sampler, &call.h);
}

/* One look; whether it found the thread. */
static bool looks(struct sampler *sampler, int64_t now, struct st_sampling *out, bool found)
{
	struct st_sample sample = build_sample(now, BUILD_LISTENER, 201, ST_THREAD_SLEEPING);

	if (!sampler_next(sampler, now, out))
		return false;
	if (found)
		sampler_note(sampler, &sample.h);
	sampler_looked(sampler, 0);
	assert_false(sampler_next(sampler, now, &(struct st_sampling){0}));
	return true;
}

static void test_only_while_crowded(void **state)
{
	struct sampler *sampler = *state;
	struct st_sampling what;

	accepts(sampler, 201, 7, 0);
	arrives(sampler, 3);
	assert_int_equal(sampler_due_ns(sampler), INT64_MAX);
	assert_false(looks(sampler, NOW, &what, true));
	arrives(sampler, 4);
	assert_in_range(sampler_due_ns(sampler), 0, NOW);
	assert_true(looks(sampler, NOW, &what, true));
	assert_int_equal(what.listener, BUILD_LISTENER);
	assert_int_equal(what.fd[0], 7);
	assert_int_equal(what.fd[1], -1);
	assert_int_equal(what.tid[0], 201);
	assert_int_equal(what.tid[1], 0);
	accepts(sampler, 201, 7, 4);
	assert_int_equal(sampler_due_ns(sampler), INT64_MAX);
}

static unsigned count_looks(struct sampler *sampler, int64_t from, int64_t length)
{
	struct st_sampling what;
	unsigned n = 0;

	for (int64_t now = from; now < from + length; now += MS)
		n += looks(sampler, now, &what, true);
	return n;
}

/* Several in a short stall; few in a long one. A new stall begins anew. */
/* Of a queue with room an arrival may be told later than one that came after it. */
static void test_told_late(void **state)
{
	struct sampler *sampler = *state;

	arrives_at(sampler, NOW, LIMIT);
	arrives_at(sampler, NOW - MS, 0);
	assert_true(sampler_due_ns(sampler) != INT64_MAX);
	arrives_at(sampler, NOW + MS, 0);
	assert_int_equal(sampler_due_ns(sampler), INT64_MAX);
}

static void test_pace(void **state)
{
	struct sampler *sampler = *state;

	accepts(sampler, 201, 7, 5);
	assert_in_range(count_looks(sampler, NOW, 300 * MS), 50, 61);
	assert_in_range(count_looks(sampler, NOW + 300 * MS, 60000 * MS), 500, 2000);
	accepts(sampler, 201, 7, 0);
	accepts(sampler, 201, 7, 5);
	assert_in_range(count_looks(sampler, NOW + 100000 * MS, 300 * MS), 50, 61);
}

/* Threads that do not accept are looked at less often, and always while nobody does. */
static void test_all_threads(void **state)
{
	struct sampler *sampler = *state;
	struct st_sampling what;
	unsigned all = 0;

	arrives(sampler, LIMIT);
	assert_true(looks(sampler, NOW, &what, true));
	assert_true(what.all);
	accepts(sampler, 201, 7, LIMIT);
	for (int64_t now = NOW; now < NOW + 400 * (int64_t)MS; now += MS)
		all += looks(sampler, now, &what, true) && what.all;
	assert_in_range(all, 3, 5);
}

/* What costs much is done less often. */
static void test_cost(void **state)
{
	struct sampler *sampler = *state;
	struct st_sampling what;

	accepts(sampler, 201, 7, LIMIT);
	assert_true(sampler_next(sampler, NOW, &what));
	sampler_looked(sampler, 10 * MS);
	assert_false(looks(sampler, NOW + 190 * MS, &what, true));
	assert_true(looks(sampler, NOW + 206 * MS, &what, true));
}

/* A listener that went away without a word is not looked for for ever. */
static void test_gone(void **state)
{
	struct st_release release = build_release(NOW, BUILD_LISTENER, 200);
	struct sampler *sampler = *state;
	struct st_sampling what;
	unsigned n = 0;

	accepts(sampler, 201, 7, LIMIT);
	for (int64_t now = NOW; now < NOW + 10000 * (int64_t)MS; now += MS)
		n += looks(sampler, now, &what, false);
	assert_in_range(n, 10, 40);
	accepts(sampler, 201, 7, 0);
	accepts(sampler, 201, 7, LIMIT);
	assert_true(sampler_due_ns(sampler) != INT64_MAX);
	sampler_note(sampler, &release.h);
	assert_int_equal(sampler_due_ns(sampler), INT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_only_while_crowded, setup, teardown),
		cmocka_unit_test_setup_teardown(test_told_late, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pace, setup, teardown),
		cmocka_unit_test_setup_teardown(test_all_threads, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cost, setup, teardown),
		cmocka_unit_test_setup_teardown(test_gone, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

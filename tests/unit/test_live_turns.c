/* SPDX-License-Identifier: BSD-2-Clause
 *
 * render/live_turns: which runs have a line, and that the sums of the others lose nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "render/live_turns.h"
#include "socktrace/record.h"

#define MS 1000000LL
#define S 1000000000LL

static struct live_turns *turns;

static int set_up(void **state)
{
	(void)state;
	turns = calloc(1, sizeof(*turns));
	return turns ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	live_turns_release(turns);
	free(turns);
	return 0;
}

static struct event run_at(enum event_name name, enum side side, int64_t t_ns)
{
	return (struct event){
		.name = name,
		.side = side,
		.t_ns = t_ns,
		.duration_ns = MS,
		.count = 2,
		.bytes = 30,
		.pid = 40,
		.tid = 41,
		.fd = 4,
	};
}

static struct event close_at(int64_t t_ns)
{
	return (struct event){.name = EVENT_CLOSE, .side = SIDE_SERVER, .t_ns = t_ns, .fd = 4};
}

/* As a trace does; true: a line. What is to be told before it is added to *before. */
static bool apply(const struct connection *connection, const struct event *event, size_t *before)
{
	struct live_turn turn;

	while (live_turns_before(turns, event, connection, &turn))
		++*before;
	return !event_is_run(event) || live_turns_show(turns, event, connection);
}

/* Requests and answers from that moment on, 5 ms apart: the lines they have. */
static size_t apply_turns(const struct connection *connection, int64_t t_ns, size_t n,
			  size_t *before)
{
	size_t lines = 0;

	for (size_t i = 0; i < n; i++) {
		struct event event =
			run_at(i % 2 ? EVENT_SEND : EVENT_RECV, SIDE_SERVER, t_ns + i * 5 * MS);

		lines += apply(connection, &event, before);
	}
	return lines;
}

static void test_sums(void **state)
{
	const struct connection connection = {.id = 7};
	struct live_turn turn;
	size_t before = 0;

	(void)state;
	assert_int_equal(apply_turns(&connection, S, 31, &before), LIVE_TURNS_A_SECOND);
	assert_int_equal(before, 0);
	for (int sends = 0; sends < 2; sends++) {
		assert_true(live_turns_take(turns, &connection, &turn));
		assert_ptr_equal(turn.connection, &connection);
		assert_int_equal(turn.event.side, SIDE_SERVER);
		assert_int_equal(turn.event.pid, 40);
		assert_int_equal(turn.event.tid, 41);
		assert_int_equal(turn.event.fd, 4);
		if (turn.event.name == EVENT_SEND) {
			assert_int_equal(turn.event.count, 10 * 2);
			assert_int_equal(turn.event.bytes, 10 * 30);
			assert_int_equal(turn.event.t_ns, S + 11 * 5 * MS);
			assert_int_equal(turn.event.duration_ns, 18 * 5 * MS + MS);
		} else {
			assert_int_equal(turn.event.count, 11 * 2);
			assert_int_equal(turn.event.bytes, 11 * 30);
			assert_int_equal(turn.event.t_ns, S + 10 * 5 * MS);
			assert_int_equal(turn.event.duration_ns, 20 * 5 * MS + MS);
		}
	}
	assert_false(live_turns_take(turns, &connection, &turn));
}

/* Records of several CPUs may come the other way round. */
static void test_disorder(void **state)
{
	const struct connection connection = {.id = 7};
	struct event late = run_at(EVENT_RECV, SIDE_SERVER, S + 300 * MS);
	struct event early = run_at(EVENT_RECV, SIDE_SERVER, S - 100 * MS);
	struct live_turn turn;
	size_t before = 0;

	(void)state;
	apply_turns(&connection, S, LIVE_TURNS_A_SECOND, &before);
	assert_false(apply(&connection, &late, &before));
	early.tid = 42;
	assert_false(apply(&connection, &early, &before));
	assert_int_equal(before, 0);
	assert_true(live_turns_take(turns, &connection, &turn));
	assert_int_equal(turn.event.t_ns, S - 100 * MS);
	assert_int_equal(turn.event.duration_ns, 401 * MS);
	assert_int_equal(turn.event.tid, 0);
	assert_int_equal(turn.event.count, 4);
}

static void test_next_second(void **state)
{
	const struct connection connection = {.id = 7};
	struct event recv = run_at(EVENT_RECV, SIDE_SERVER, 2 * S);
	struct event send = run_at(EVENT_SEND, SIDE_SERVER, 2 * S + 1);
	size_t before = 0;

	(void)state;
	apply_turns(&connection, S, 100, &before);
	assert_int_equal(before, 0);
	/* each direction's when it goes on, and the connection has lines again */
	assert_true(apply(&connection, &recv, &before));
	assert_int_equal(before, 1);
	assert_true(apply(&connection, &send, &before));
	assert_int_equal(before, 2);
	assert_int_equal(apply_turns(&connection, 2 * S + MS, 20, &before),
			 LIVE_TURNS_A_SECOND - 2);
	assert_int_equal(before, 2);
}

static void test_other_events_go_last(void **state)
{
	const struct connection connection = {.id = 7}, other = {.id = 8};
	struct event close = close_at(S + 900 * MS);
	struct event call = run_at(EVENT_RECV, SIDE_SERVER, S + 800 * MS);
	size_t before = 0;

	(void)state;
	apply_turns(&connection, S, 100, &before);
	assert_true(apply(&other, &close, &before));
	assert_int_equal(before, 0);
	/* a single call of --data=events */
	call.arg.data.call = ST_DATA_CALL_RECVFROM;
	assert_true(apply(&connection, &call, &before));
	assert_int_equal(before, 2);
	apply_turns(&connection, S + 850 * MS, 2, &before);
	assert_int_equal(before, 2);
	assert_true(apply(&connection, &close, &before));
	assert_int_equal(before, 4);
	assert_int_equal(turns->held.len, 0);
}

static void test_other_process(void **state)
{
	const struct connection connection = {.id = 7};
	struct event event = run_at(EVENT_RECV, SIDE_SERVER, S + 900 * MS);
	size_t before = 0;

	(void)state;
	apply_turns(&connection, S, 100, &before);
	event.pid = 50;
	assert_false(apply(&connection, &event, &before));
	assert_int_equal(before, 1);
}

static size_t look(int64_t now_ns)
{
	struct live_turn turn;
	size_t cursor = 0, told = 0;

	while (live_turns_quiet(turns, now_ns, &cursor, &turn))
		told++;
	return told;
}

static void test_quiet(void **state)
{
	const struct connection busy = {.id = 7}, quiet = {.id = 8}, new = {.id = 9};
	struct event event = run_at(EVENT_RECV, SIDE_SERVER, S + 900 * MS);
	size_t before = 0;

	(void)state;
	apply_turns(&quiet, S, 100, &before);
	apply_turns(&busy, S, 100, &before);
	assert_int_equal(look(0), 0);
	assert_int_equal(look(LIVE_TURNS_QUIET_NS - 1), 0);
	assert_false(apply(&busy, &event, &before));
	apply_turns(&new, S, LIVE_TURNS_A_SECOND, &before);
	assert_false(apply(&new, &event, &before));
	/* of the busy one the sends alone have been quiet */
	assert_int_equal(look(LIVE_TURNS_QUIET_NS), 3);
	assert_int_equal(look(2 * LIVE_TURNS_QUIET_NS - 1), 0);
	assert_int_equal(look(2 * LIVE_TURNS_QUIET_NS), 2);
	assert_int_equal(turns->held.len, 0);
	/* and the second's lines stay spent */
	assert_false(apply(&busy, &event, &before));
	assert_int_equal(before, 0);
}

/* However many come in a second, each has its own lines; an old one at the same place has none left
 * by the newest's. */
static void test_newcomers(void **state)
{
	const struct connection old = {.id = 7};
	size_t before = 0;

	(void)state;
	for (uint64_t i = 0; i < 3 * LIVE_TURNS_PLACES; i++) {
		const struct connection connection = {.id = old.id + i};

		assert_int_equal(apply_turns(&connection, S, LIVE_TURNS_A_SECOND, &before),
				 LIVE_TURNS_A_SECOND);
	}
	assert_int_equal(turns->held.len, 0);
	assert_int_equal(apply_turns(&old, S, 1, &before), 0);
	assert_int_equal(before, 0);
}

/* Nothing that was handed in is lost or told twice, whoever comes and goes. */
static void test_many(void **state)
{
	enum { CONNECTIONS = 3 * LIVE_TURNS_PLACES, ROUNDS = 40 };
	struct connection *connections = calloc(CONNECTIONS, sizeof(*connections));
	uint64_t *bytes = calloc(CONNECTIONS, sizeof(*bytes));
	size_t lines = 0, sums = 0;
	struct live_turn turn;

	(void)state;
	assert_non_null(connections);
	assert_non_null(bytes);
	for (size_t i = 0; i < (size_t)CONNECTIONS * ROUNDS; i++) {
		size_t at = i % CONNECTIONS;
		struct event event = run_at(i / CONNECTIONS % 2 ? EVENT_SEND : EVENT_RECV,
					    i % 5 ? SIDE_SERVER : SIDE_CLIENT, S + i);

		connections[at].id = at + 1;
		event.bytes = i;
		bytes[at] += i;
		assert_false(live_turns_before(turns, &event, &connections[at], &turn));
		if (live_turns_show(turns, &event, &connections[at])) {
			bytes[at] -= i;
			lines++;
		}
		if (i % 97)
			continue;
		for (at = i % 89; live_turns_take(turns, &connections[at], &turn); sums++)
			bytes[at] -= turn.event.bytes;
	}
	/* of three at each place two had one line before the next came */
	assert_int_equal(lines, LIVE_TURNS_PLACES * (2 + LIVE_TURNS_A_SECOND));
	assert_in_range(sums, 100, 2 * CONNECTIONS);
	while (live_turns_take(turns, NULL, &turn))
		bytes[turn.connection->id - 1] -= turn.event.bytes;
	for (size_t i = 0; i < CONNECTIONS; i++)
		assert_int_equal(bytes[i], 0);
	assert_int_equal(turns->index.len, 0);
	free(connections);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_sums, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_disorder, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_next_second, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_other_events_go_last, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_other_process, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_quiet, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_newcomers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_many, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

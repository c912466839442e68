/* SPDX-License-Identifier: BSD-2-Clause
 *
 * render/timeline, bar, overview and the figures of analyze behind them.
 */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/latency.h"
#include "analyze/worst.h"
#include "fixture.h"
#include "golden.h"
#include "render/sentence.h"
#include "render/timeline.h"

static void check(const char *name, const struct style *style, const struct fixture *fixture)
{
	struct strbuf out strbuf_cleanup = STRBUF_INIT;

	assert_int_equal(timeline(style, &fixture->model, &out), 0);
	/* as a report ends */
	strbuf_add_char(&out, '\n');
	sentence_completeness(style, &fixture->model.capture, &out);
	strbuf_add_char(&out, '\n');
	golden_check(name, &out);
}

/* Eight clients at once against a serial server that takes 50 ms for each. */
static struct fixture *eight_clients(void)
{
	struct fixture *fixture = fixture_new();
	struct connection *last = NULL;

	for (int i = 0; i < 8; i++)
		last = story_served(fixture, "127.0.0.1", 1000 + i * 200, i < 7 ? 80 : 1003000,
				    i < 7 ? i * 50000 + 25 : 90, 50000);
	last->syns = 2;
	event_at(&last->events, EVENT_SYN, SIDE_CLIENT, 1002000, 0, -1);
	fixture->model.capture.duration_ns = 1100000000;
	return fixture;
}

static void test_eight(void **state)
{
	struct fixture *fixture = eight_clients();

	(void)state;
	check("timeline-eight.txt", &style_utf8, fixture);
	check("timeline-eight-ascii.txt", &style_ascii, fixture);
	check("timeline-eight-color.txt", &style_color, fixture);
	check("timeline-eight-narrow.txt", &style_narrow, fixture);
	check("timeline-eight-wide.txt", &style_wide, fixture);
	fixture_free(fixture);
}

static void test_outcomes(void **state)
{
	struct fixture *fixture = fixture_new();
	struct connection *connection;

	(void)state;
	story_local(fixture);
	story_remote(fixture);
	story_refused(fixture);
	story_timed_out(fixture);
	connection = story_served(fixture, "10.0.0.8", 100000, 300, 2000000, 3000000);
	connection->outcome = OUTCOME_RESET;
	connection = story_served(fixture, "10.0.0.8", 100000, 300, 4000000, 1);
	connection->accepted_ns = connection->accept_wait_ns = TIME_UNKNOWN;
	connection->outcome = OUTCOME_RESET_IN_QUEUE;
	connection = story_served(fixture, "10.0.0.8", 5000000, 300, 20, 1);
	connection->outcome = OUTCOME_OPEN;
	connection->end_ns = TIME_UNKNOWN;
	connection = fixture_connection(fixture, PROTOCOL_UNIX, unix_address(""),
					unix_address("/run/a/very/long/path/of/app.sock"));
	connection->start_ns = connection->established_ns = 3000000000;
	connection->end_ns = 4000000000;
	connection = fixture_connection(fixture, PROTOCOL_UNIX, unix_address(""),
					unix_address("/run/absent.sock"));
	connection->start_ns = 2000000000;
	connection->end_ns = 2500000000;
	connection->seen_from_start = true;
	connection->outcome = OUTCOME_FAILED;
	fixture->model.capture.lost[ST_LOSS_DATA] = 1200;
	fixture->model.capture.lost[ST_LOSS_CALL] = 3;
	check("timeline-outcomes.txt", &style_utf8, fixture);
	fixture_free(fixture);
}

/* Where a bar begins, changes and ends by other things than the connection's first and last. */
static void test_times(void **state)
{
	struct fixture *fixture = fixture_new();
	struct connection *connection;

	(void)state;
	/* refused at once, closed a second later */
	connection = story_refused(fixture);
	connection->end_ns += 1000000000;
	/* connected, and timed out: its SYN was answered */
	connection = story_served(fixture, "10.0.0.8", 0, 300, 20, 800000);
	connection->outcome = OUTCOME_TIMED_OUT;
	/* TCP_DEFER_ACCEPT: the data came half a second after the handshake */
	connection = story_served(fixture, "10.0.0.9", 0, 300, 500000, 300000);
	connection->accept_wait_ns = 100000000;
	/* found in the queue when the trace began */
	connection = story_served(fixture, "10.0.0.10", 0, 300, 600000, 300000);
	connection->seen_from_start = false;
	connection->syn_ns = connection->established_ns = TIME_UNKNOWN;
	connection->connect_ns = connection->accept_wait_ns = TIME_UNKNOWN;
	/* no accept() was seen, but what the server received */
	connection = story_served(fixture, "10.0.0.11", 0, 300, 1, 900000);
	connection->accepted_ns = connection->accept_wait_ns = TIME_UNKNOWN;
	data_at(&connection->events, EVENT_RECV, SIDE_SERVER, 450000, 4, 1, 9);
	fixture->model.capture.duration_ns = 1100000000;
	check("timeline-times.txt", &style_wide, fixture);
	fixture_free(fixture);
}

static void test_dropped(void **state)
{
	struct fixture *fixture = fixture_new();

	(void)state;
	story_dropped_local(fixture);
	story_dropped(fixture);
	story_dropped_ack(fixture);
	story_served(fixture, "10.0.0.7", 1500000, 300, 500000, 700000);
	fixture->model.capture.duration_ns = 6000000000;
	check("timeline-dropped.txt", &style_utf8, fixture);
	check("timeline-dropped-color.txt", &style_color, fixture);
	fixture_free(fixture);
}

static struct fixture *many(unsigned connections)
{
	struct fixture *fixture = fixture_new();
	struct connection *connection;

	for (unsigned i = 0; i < connections; i++) {
		unsigned depth = i % 50 < 25 ? i % 50 / 4 : 0;

		connection = story_served(fixture, "10.0.0.7", i * 40000, 100 + i % 7 * 300,
					  20 + depth * depth * 30000, 5000 + i % 3 * 1000);
		if (i % 60 == 59)
			connection->outcome = OUTCOME_RESET;
		assert_int_equal(
			vec_push(&fixture->listener.samples,
				 ((struct queue_sample){connection->established_ns, depth})),
			0);
	}
	fixture->listener.depth_max = 6;
	fixture->model.capture.duration_ns = connections * 40000000LL;
	return fixture;
}

/* The queue overflows in each wave: who comes then is dropped. */
static void test_many_dropped(void **state)
{
	struct fixture *fixture = many(200);

	(void)state;
	for (int i = 0; i < 20; i++)
		story_dropped(fixture);
	story_dropped_ack(fixture);
	check("timeline-200-dropped.txt", &style_utf8, fixture);
	fixture_free(fixture);
}

static void test_many(void **state)
{
	struct fixture *fixture = many(200);

	(void)state;
	check("timeline-200.txt", &style_utf8, fixture);
	check("timeline-200-ascii.txt", &style_ascii, fixture);
	check("timeline-200-wide.txt", &style_wide, fixture);
	/* a live trace keeps only some of what it saw */
	fixture->model.connections_seen = 123456;
	check("timeline-kept.txt", &style_utf8, fixture);
	fixture_free(fixture);
}

static void test_empty(void **state)
{
	struct fixture *fixture = fixture_new();
	struct strbuf out strbuf_cleanup = STRBUF_INIT;

	(void)state;
	assert_int_equal(timeline(&style_utf8, &fixture->model, &out), 0);
	assert_int_equal(out.len, 0);
	fixture_free(fixture);
}

static void test_latency(void **state)
{
	int64_t values[100];
	struct latency latency;

	(void)state;
	for (int i = 0; i < 100; i++)
		values[i] = (i * 37) % 100 + 1;
	assert_int_equal(latency_of(values, 100, &latency), 0);
	assert_int_equal(latency.p50, 50);
	assert_int_equal(latency.p90, 90);
	assert_int_equal(latency.p99, 99);
	assert_int_equal(latency.max, 100);
	assert_int_equal(latency.count, 100);
	assert_int_equal(latency_of(values, 1, &latency), 0);
	assert_int_equal(latency.p50, values[0]);
	assert_int_equal(latency.p99, values[0]);
	assert_int_equal(latency_of(NULL, 0, &latency), 0);
	assert_int_equal(latency.count, 0);
	assert_int_equal(latency.p50, TIME_UNKNOWN);
}

static void test_spread(void **state)
{
	struct latency_spread spread = {0};

	(void)state;
	latency_spread_add(&spread, 0);
	latency_spread_add(&spread, 9999);
	latency_spread_add(&spread, 10000);
	latency_spread_add(&spread, 9999999999);
	latency_spread_add(&spread, 10000000000);
	latency_spread_add(&spread, INT64_MAX);
	assert_int_equal(spread.count[0], 2);
	assert_int_equal(spread.count[1], 1);
	assert_int_equal(spread.count[LATENCY_DECADES - 2], 1);
	assert_int_equal(spread.count[LATENCY_DECADES - 1], 2);
}

static void test_worst(void **state)
{
	struct fixture *fixture = fixture_new();
	const struct connection *worst[3];

	(void)state;
	story_served(fixture, "10.0.0.7", 0, 100, 100, 1);
	story_served(fixture, "10.0.0.7", 0, 100, 900, 1);
	story_refused(fixture);
	story_served(fixture, "10.0.0.7", 0, 100, 900, 1);
	assert_int_equal(worst_connections(&fixture->model.connections, 3, worst), 3);
	assert_int_equal(worst[0]->id, 3);
	assert_int_equal(worst[1]->id, 2);
	assert_int_equal(worst[2]->id, 4);
	fixture_free(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_dropped),
		cmocka_unit_test(test_many_dropped),
		cmocka_unit_test(test_eight),   cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_many),    cmocka_unit_test(test_empty),
		cmocka_unit_test(test_latency), cmocka_unit_test(test_spread),
		cmocka_unit_test(test_worst),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * analyze/call_stats and render/call_summary: what is counted, in which order, how it looks.
 */
#include <errno.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"
#include "golden.h"
#include "render/call_summary.h"

static struct call_stats *stats_of(void **state)
{
	return *state;
}

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct call_stats));
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static void call(struct call_stats *stats, enum event_name name, int64_t duration_ns, int32_t err)
{
	const struct event event = {
		.name = name, .duration_ns = duration_ns, .fd = 3, .ret = err ? -1 : 0, .err = err};

	call_stats_add(stats, &event, NULL);
}

static void run(struct call_stats *stats, enum event_name name, uint64_t count, uint64_t bytes,
		const struct socket *socket)
{
	const struct event event = {
		.name = name, .duration_ns = 5000000, .fd = 3, .count = count, .bytes = bytes};

	call_stats_add(stats, &event, socket);
}

static void test_counts(void **state)
{
	struct call_stats *stats = stats_of(state);

	call(stats, EVENT_ACCEPT, 2000, 0);
	call(stats, EVENT_ACCEPT, TIME_UNKNOWN, 0); /* had begun before the trace */
	call(stats, EVENT_ACCEPT, 1000, EAGAIN);
	call(stats, EVENT_ACCEPT, 1000, EMFILE);
	call(stats, EVENT_ACCEPT, 1000, EAGAIN);
	assert_int_equal(stats->calls[EVENT_ACCEPT].count, 5);
	assert_int_equal(stats->calls[EVENT_ACCEPT].errors, 3);
	assert_int_equal(stats->calls[EVENT_ACCEPT].errnos, 2);
	assert_int_equal(stats->calls[EVENT_ACCEPT].by_errno[0].err, EAGAIN);
	assert_int_equal(stats->calls[EVENT_ACCEPT].by_errno[0].count, 2);
	assert_int_equal(stats->calls[EVENT_ACCEPT].elapsed.count, 4);
	assert_int_equal(stats->calls[EVENT_ACCEPT].elapsed.sum, 5000);
}

/* A run counts as the calls it is made of; how long it was is no call's duration. */
static void test_runs(void **state)
{
	struct call_stats *stats = stats_of(state);

	run(stats, EVENT_SEND, 3, 4000, NULL);
	run(stats, EVENT_SEND, 1, 26, NULL);
	assert_int_equal(stats->calls[EVENT_SEND].count, 4);
	assert_int_equal(stats->calls[EVENT_SEND].bytes, 4026);
	assert_int_equal(stats->calls[EVENT_SEND].elapsed.count, 0);
}

static void test_not_counted(void **state)
{
	struct call_stats *stats = stats_of(state);
	const struct event released = {.name = EVENT_CLOSE, .fd = -1, .last = true};
	const struct event syn = {.name = EVENT_SYN, .fd = -1};
	const struct socket other = {.peer_only = true};
	enum event_name order[CALL_STATS_CALLS];

	call_stats_add(stats, &released, NULL);
	call_stats_add(stats, &syn, NULL);
	run(stats, EVENT_RECV, 7, 70, &other);
	assert_int_equal(call_stats_order(stats, order), 0);
	assert_int_equal(stats->of_others, 7);
}

/* A recording may hold any number as errno: their count stays bounded, the sum exact. */
static void test_many_errnos(void **state)
{
	struct call_stats *stats = stats_of(state);
	struct strbuf out strbuf_cleanup = STRBUF_INIT;
	struct capture capture = {0};

	for (int err = 1; err <= CALL_STATS_ERRORS + 9; err++)
		call(stats, EVENT_BIND, 0, err + 1000000);
	assert_int_equal(stats->calls[EVENT_BIND].errnos, CALL_STATS_ERRORS);
	assert_int_equal(stats->calls[EVENT_BIND].errors, CALL_STATS_ERRORS + 9);
	call_summary(&style_utf8, stats, &capture, &out);
	assert_non_null(strstr(strbuf_text(&out), "  errno 1000001         "));
	assert_non_null(strstr(strbuf_text(&out), "  others                          9\n"));
}

static void test_order(void **state)
{
	struct call_stats *stats = stats_of(state);
	enum event_name order[CALL_STATS_CALLS];

	call(stats, EVENT_CLOSE, 900, 0);
	run(stats, EVENT_SEND, 2, 10, NULL);
	run(stats, EVENT_RECV, 3, 10, NULL);
	call(stats, EVENT_ACCEPT, 1000, 0);
	assert_int_equal(call_stats_order(stats, order), 4);
	assert_int_equal(order[0], EVENT_ACCEPT);
	assert_int_equal(order[1], EVENT_CLOSE);
	assert_int_equal(order[2], EVENT_RECV);
	assert_int_equal(order[3], EVENT_SEND);
}

/* A server's afternoon. */
static void fill(struct call_stats *stats)
{
	const struct socket other = {.peer_only = true};

	call(stats, EVENT_SOCKET, 7000, 0);
	call(stats, EVENT_BIND, 13000, EADDRINUSE);
	call(stats, EVENT_BIND, 9000, 0);
	call(stats, EVENT_LISTEN, 24000, 0);
	for (int i = 0; i < 12345; i++)
		call(stats, EVENT_ACCEPT, i % 100 == 0 ? 300000000 : 1900000 + i, 0);
	for (int i = 0; i < 1203; i++)
		call(stats, EVENT_ACCEPT, 1500, EAGAIN);
	call(stats, EVENT_ACCEPT, 2000, EMFILE);
	for (int i = 0; i < 15; i++)
		call(stats, EVENT_CONNECT, 62000, i % 5 ? 0 : ECONNREFUSED);
	call(stats, EVENT_CONNECT, 7140000000, ETIMEDOUT);
	call(stats, EVENT_CONNECT, 30000, EINPROGRESS);
	run(stats, EVENT_RECV, 12345678, 98700, NULL);
	run(stats, EVENT_SEND, 998, 1234567, NULL);
	run(stats, EVENT_SEND, 12, 500, &other);
	call(stats, EVENT_SHUTDOWN, 4000, ENOTCONN);
	call(stats, EVENT_CLOSE, 20000, 0);
}

static void check(const char *name, const struct style *style, const struct call_stats *stats)
{
	struct strbuf out strbuf_cleanup = STRBUF_INIT;
	const struct capture capture = {.duration_ns = 125000000000, .ended = true, .events = 8211};

	call_summary(style, stats, &capture, &out);
	golden_check(name, &out);
}

static void test_looks(void **state)
{
	struct call_stats *stats = stats_of(state);
	struct style narrow = style_narrow;

	check("calls-none.txt", &style_utf8, stats);
	fill(stats);
	check("calls.txt", &style_utf8, stats);
	check("calls-ascii.txt", &style_ascii, stats);
	check("calls-color.txt", &style_color, stats);
	narrow.width = 60;
	check("calls-narrow.txt", &narrow, stats);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_runs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_counted, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many_errnos, setup, teardown),
		cmocka_unit_test_setup_teardown(test_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_looks, setup, teardown),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * analyze/residue: what was seen held against the kernel's counters.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/finding.h"
#include "analyze/residue.h"
#include "build.h"
#include "render/verdict.h"

#define T0 BUILD_T0
#define OTHER 44

/* Two listeners; the counters are read first when nothing has happened. */
static int setup(void **state)
{
	struct st_seen seen = build_seen(T0 - 10 * US, build_tcp(OTHER, 9000, 0), 200, 7);
	struct model *model;

	if (build_setup(state))
		return -1;
	model = *state;
	build_listener(model, BUILD_START_NS + 100 * US);
	seen.sock.state = 10; /* LISTEN */
	build_feed(model, &seen);
	feed(model, build_netns(T0, ST_COUNTER_LISTEN_DROPS, 1000));
	feed(model, build_reading(T0, BUILD_LISTENER, 0, 5));
	feed(model, build_reading(T0, OTHER, 0, 5));
	return 0;
}

static void drops(struct model *model, __u64 id, __u16 port, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		feed(model, build_drop(T0 + (1 + i) * MS, build_tcp(id, port, 40000 + i),
				       ST_DROP_SYN, 6, 5));
}

static void read_again(struct model *model, __u64 rise, __u32 sk_drops, __u32 other_sk_drops)
{
	struct st_listener reading = build_reading(T0 + 900 * MS, BUILD_LISTENER, 0, 5);

	reading.sk_drops = sk_drops;
	build_feed(model, &reading);
	reading = build_reading(T0 + 900 * MS, OTHER, 0, 5);
	reading.sk_drops = other_sk_drops;
	build_feed(model, &reading);
	feed(model, build_netns(T0 + 900 * MS, ST_COUNTER_LISTEN_DROPS, 1000 + rise));
}

static int64_t residue(const struct model *model, size_t listener)
{
	int64_t residue = 4711;

	assert_true(residue_of(model, model->listeners.items[listener], &residue));
	return residue;
}

static void test_all_were_seen(void **state)
{
	drops(*state, BUILD_LISTENER, 8088, 20);
	drops(*state, OTHER, 9000, 3);
	read_again(*state, 23, 25, 3); /* harmless segments count in sk_drops too */
	assert_int_equal(residue(*state, 0), 0);
	assert_int_equal(residue(*state, 1), 0);
}

static void test_some_were_not(void **state)
{
	drops(*state, BUILD_LISTENER, 8088, 20);
	drops(*state, OTHER, 9000, 3);
	read_again(*state, 25, 22, 3);
	assert_int_equal(residue(*state, 0), 2);
	assert_int_equal(residue(*state, 1), 0);
}

/* Those of a listener that nobody follows are not this one's. */
static void test_elsewhere(void **state)
{
	drops(*state, BUILD_LISTENER, 8088, 20);
	drops(*state, OTHER, 9000, 3);
	read_again(*state, 500, 21, 3);
	assert_int_equal(residue(*state, 0), 1);
	assert_int_equal(residue(*state, 1), 0);
}

static void test_too_many_were_told(void **state)
{
	drops(*state, BUILD_LISTENER, 8088, 20);
	feed(*state, build_drop(T0 + MS, build_tcp(OTHER, 9000, 50000), ST_DROP_COOKIE, 2, 5));
	read_again(*state, 19, 19, 0);
	assert_int_equal(residue(*state, 0), -1);
	assert_int_equal(residue(*state, 1), 0);
}

static void test_before_and_after_the_readings(void **state)
{
	drops(*state, BUILD_LISTENER, 8088, 20);
	read_again(*state, 20, 20, 0);
	feed(*state,
	     build_drop(T0 - MS, build_tcp(BUILD_LISTENER, 8088, 50000), ST_DROP_SYN, 6, 5));
	feed(*state,
	     build_drop(T0 + 901 * MS, build_tcp(BUILD_LISTENER, 8088, 50001), ST_DROP_ACK, 6, 5));
	assert_int_equal(residue(*state, 0), 0);
}

static void test_not_known(void **state)
{
	const struct model *model = *state;
	int64_t residue;

	drops(*state, BUILD_LISTENER, 8088, 20);
	assert_false(residue_of(model, model->listeners.items[0], &residue));
	read_again(*state, 20, 20, 0);
	assert_true(residue_of(model, model->listeners.items[0], &residue));
	assert_false(residue_of(model, model->listeners.items[1], &residue)); /* sees no drops */
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, build_teardown)

/* The verdicts cannot reckon with them: they say so. */
static void test_told(void **state)
{
	const struct style style = {.width = 80};
	struct strbuf out strbuf_cleanup = STRBUF_INIT;
	struct findings findings = {0};

	drops(*state, BUILD_LISTENER, 8088, 1);
	read_again(*state, 3, 3, 0);
	assert_int_equal(residue(*state, 0), 2);
	model_finish(*state);
	assert_int_equal(findings_of(*state, &findings), 0);
	assert_int_equal(verdicts(&style, *state, &findings, true, &out), 0);
	assert_non_null(strstr(strbuf_text(&out), "    The kernel counted 2 more drops here than"));
	findings_release(&findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(test_all_were_seen),
		test(test_some_were_not),
		test(test_elsewhere),
		test(test_too_many_were_told),
		test(test_before_and_after_the_readings),
		test(test_not_known),
		test(test_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How often the ring is read: more often the longer a round takes, and back again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "capture/pace.h"

#define US 1000LL

/* A load that takes so much of a CPU: what a round takes is what came in the interval before. */
static int settled_ms(struct pace *pace, int64_t us_per_ms)
{
	for (int i = 0; i < 20; i++)
		pace_adapt(pace, pace->interval_ms * us_per_ms * US);
	return pace->interval_ms;
}

static void test_a_load_is_read_in_short_rounds(void **state)
{
	struct pace pace;

	(void)state;
	pace_init(&pace);
	assert_int_equal(pace.interval_ms, PACE_SLOWEST_MS);
	assert_int_equal(settled_ms(&pace, 1), PACE_SLOWEST_MS);
	for (int64_t load = 20; load <= 200; load += 20) {
		int ms = settled_ms(&pace, load);

		assert_in_range(ms, PACE_FASTEST_MS, PACE_SLOWEST_MS);
		assert_true(ms * load <= 500);
	}
	assert_int_equal(settled_ms(&pace, 1000), PACE_FASTEST_MS);
	assert_int_equal(settled_ms(&pace, 0), PACE_SLOWEST_MS);
}

static void test_the_first_long_round_is_the_last(void **state)
{
	struct pace pace;

	(void)state;
	pace_init(&pace);
	pace_adapt(&pace, 4000 * US);
	assert_int_equal(pace.interval_ms, 5);
	/* nothing for a while: not at once as slow as before */
	pace_adapt(&pace, 0);
	assert_int_equal(pace.interval_ms, 10);
}

static void test_a_round_of_any_length(void **state)
{
	struct pace pace;

	(void)state;
	pace_init(&pace);
	pace_adapt(&pace, INT64_MAX);
	assert_int_equal(pace.interval_ms, PACE_FASTEST_MS);
	pace_adapt(&pace, -1);
	assert_int_equal(pace.interval_ms, 2 * PACE_FASTEST_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_load_is_read_in_short_rounds),
		cmocka_unit_test(test_the_first_long_round_is_the_last),
		cmocka_unit_test(test_a_round_of_any_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * capture/first_way: which way of a row a test asks for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "capture/first_way.h"

static void test_nothing_asked_for(void **state)
{
	(void)state;
	assert_int_equal(first_way(NULL, "calls"), 0);
	assert_int_equal(first_way("", "calls"), 0);
	assert_int_equal(first_way("calls", "calls"), 0);
	assert_int_equal(first_way("calls=1", "calls"), 0);
	assert_int_equal(first_way("calls=-3", "calls"), 0);
	assert_int_equal(first_way("calls=x", "calls"), 0);
}

static void test_rows(void **state)
{
	const char *text = "sends and receives=3;dropped last ACKs=2";

	(void)state;
	assert_int_equal(first_way(text, "sends and receives"), 2);
	assert_int_equal(first_way(text, "dropped last ACKs"), 1);
	assert_int_equal(first_way(text, "sends"), 0);
	assert_int_equal(first_way(text, "receives"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_asked_for),
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

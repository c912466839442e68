/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What is equal is kept once; what is marked outlives a sweep, and only that.
 */
#include "base/intern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MANY 1000

static void test_equal_bytes(void **state)
{
	struct interns interns = {0};
	char bytes[] = "\0name";
	const char *place = intern(&interns, bytes, 5), *shorter = intern(&interns, bytes, 4);

	(void)state;
	assert_ptr_not_equal(place, bytes);
	assert_memory_equal(place, bytes, 6);
	assert_ptr_not_equal(shorter, place);
	bytes[4] = 'x';
	assert_ptr_not_equal(intern(&interns, bytes, 5), place);
	assert_memory_equal(place, "\0name", 6);
	bytes[4] = 'e';
	assert_ptr_equal(intern(&interns, bytes, 5), place);
	assert_int_equal(interns.count, 3);
	assert_ptr_equal(intern(&interns, "", 0), intern(&interns, bytes, 0));
	interns_release(&interns);
	assert_int_equal(interns.count, 0);
}

static void test_sweeps(void **state)
{
	struct interns interns = {0};
	const char *places[MANY];
	char text[16];

	(void)state;
	for (int i = 0; i < MANY; i++) {
		int len = snprintf(text, sizeof(text), "%d", i);

		places[i] = intern(&interns, text, len);
	}
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < MANY; i += 3)
			intern_mark(places[i]);
		interns_sweep(&interns);
		assert_int_equal(interns.count, (MANY + 2) / 3);
		for (int i = 0; i < MANY; i += 3) {
			int len = snprintf(text, sizeof(text), "%d", i);

			assert_ptr_equal(intern(&interns, text, len), places[i]);
			assert_string_equal(places[i], text);
		}
	}
	interns_sweep(&interns);
	assert_int_equal(interns.count, 0);
	interns_release(&interns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal_bytes),
		cmocka_unit_test(test_sweeps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

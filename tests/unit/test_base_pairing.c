/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Who comes second is met; memory is bounded by those who came last.
 */
#include "base/pairing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_second_meets_first(void **state)
{
	struct pairing pairing = {0};

	(void)state;
	assert_false(pairing_meet(&pairing, 7));
	assert_false(pairing_meet(&pairing, 1024 + 7));
	assert_true(pairing_meet(&pairing, 7));
	assert_false(pairing_meet(&pairing, 7)); /* the first of the next two */
	assert_true(pairing_meet(&pairing, 1024 + 7));
	pairing_release(&pairing);
}

/* However many stay alone, one that comes is still met by the next. */
static void test_memory_is_bounded(void **state)
{
	struct pairing pairing = {0};
	const uint64_t alone = 1000000;

	(void)state;
	for (uint64_t i = 0; i < alone; i++) {
		assert_false(pairing_meet(&pairing, i));
		if (i % 1000 == 0) {
			assert_false(pairing_meet(&pairing, alone + i));
			assert_true(pairing_meet(&pairing, alone + i));
		}
	}
	assert_true(pairing.recent.cap + pairing.older.cap <= 131072);
	assert_true(pairing_meet(&pairing, alone - 16000));
	assert_false(pairing_meet(&pairing, 5));
	pairing_release(&pairing);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_second_meets_first),
		cmocka_unit_test(test_memory_is_bounded),
	};

	return cmocka_run_group_tests_name("base_pairing", tests, NULL, NULL);
}

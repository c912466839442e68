/* SPDX-License-Identifier: BSD-2-Clause
 *
 * capture/runs_mend: records with another one's length, and all that are to stay as they are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "build.h"
#include "capture/runs_mend.h"
#include "decode/decode.h"

/* With three runs told and a header of `says` of them, in a ring's place of `has`. */
static void check_mended(__u32 says, __u32 has)
{
	struct st_runs runs = build_runs(BUILD_T0, 7, 100, 3), copy;
	const struct st_header *mended;
	struct record record;

	runs.h.size = ST_RUNS_SIZE(says);
	mended = runs_mend(&copy, &runs, ST_RUNS_SIZE(has));
	assert_ptr_equal(mended, &copy.h);
	assert_int_equal(mended->size, ST_RUNS_SIZE(has));
	assert_memory_equal(&copy.id, &runs.id, ST_RUNS_SIZE(has) - sizeof(runs.h));
	assert_int_equal(decode_record(mended, ST_RUNS_SIZE(has), &record), 0);
	assert_int_equal(record.runs->bytes[ST_SEND], runs.bytes[ST_SEND]);
}

static void test_of_two_cpus(void **state)
{
	(void)state;
	check_mended(0, 3);
	check_mended(3, 0);
	check_mended(8, 2);
}

static void test_others_stay(void **state)
{
	struct st_runs runs = build_runs(BUILD_T0, 7, 100, 3), copy;
	struct st_release release = build_release(BUILD_T0, 7, 100);

	(void)state;
	assert_ptr_equal(runs_mend(&copy, &runs, runs.h.size), &runs.h);
	assert_ptr_equal(runs_mend(&copy, &runs, ST_RUNS_SIZE(0) - 8), &runs.h);
	assert_ptr_equal(runs_mend(&copy, &runs, sizeof(runs) + 8), &runs.h);
	assert_ptr_equal(runs_mend(&copy, &release, sizeof(release)), &release.h);
	assert_ptr_equal(runs_mend(&copy, &release, ST_RUNS_SIZE(0)), &release.h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_of_two_cpus),
		cmocka_unit_test(test_others_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * base/histogram: percentiles held against those of the sorted values.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/histogram.h"

#define VALUES 5000

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Of all magnitudes: a random number of random bits. */
static uint64_t next_value(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (*seed >> 8) >> (*seed >> 59);
}

static void expect_near(uint64_t got, uint64_t wanted)
{
	uint64_t off = got > wanted ? got - wanted : wanted - got;

	if (off > wanted / 64)
		fail_msg("%llu is too far from %llu", (unsigned long long)got,
			 (unsigned long long)wanted);
}

static void test_against_sorted(void **state)
{
	static struct histogram histogram;
	uint64_t *values = calloc(VALUES, sizeof(*values));
	uint64_t seed = 1, sum = 0;

	(void)state;
	assert_non_null(values);
	for (size_t i = 0; i < VALUES; i++) {
		values[i] = next_value(&seed);
		sum += values[i];
		histogram_add(&histogram, values[i]);
	}
	qsort(values, VALUES, sizeof(*values), compare);
	assert_int_equal(histogram.count, VALUES);
	assert_int_equal(histogram.sum, sum);
	assert_int_equal(histogram.min, values[0]);
	assert_int_equal(histogram.max, values[VALUES - 1]);
	for (unsigned percent = 1; percent <= 100; percent++)
		expect_near(histogram_percentile(&histogram, percent),
			    values[(VALUES * percent + 99) / 100 - 1]);
	free(values);
}

static void test_small_values_exact(void **state)
{
	static struct histogram histogram;

	(void)state;
	for (uint64_t value = 1; value <= 60; value++)
		histogram_add(&histogram, value);
	assert_int_equal(histogram_percentile(&histogram, 50), 30);
	assert_int_equal(histogram_percentile(&histogram, 51), 31);
	assert_int_equal(histogram_percentile(&histogram, 1), 1);
	assert_int_equal(histogram_percentile(&histogram, 100), 60);
}

static void test_edges(void **state)
{
	static struct histogram empty, one, ends;

	(void)state;
	assert_int_equal(histogram_percentile(&empty, 99), 0);
	histogram_add(&one, 24999);
	assert_int_equal(histogram_percentile(&one, 1), 24999);
	assert_int_equal(histogram_percentile(&one, 99), 24999);
	histogram_add(&ends, 0);
	histogram_add(&ends, UINT64_MAX);
	assert_int_equal(histogram_percentile(&ends, 50), 0);
	expect_near(histogram_percentile(&ends, 99), UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_sorted),
		cmocka_unit_test(test_small_values_exact),
		cmocka_unit_test(test_edges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

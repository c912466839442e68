/* SPDX-License-Identifier: BSD-2-Clause
 *
 * base/units: rounding at every border, both spacings, the plain form.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/units.h"

static void expect_time(int64_t ns, unsigned flags, const char *expected)
{
	struct strbuf out strbuf_cleanup = STRBUF_INIT;

	units_time(&out, ns, flags);
	assert_string_equal(strbuf_text(&out), expected);
}

static void expect_bytes(uint64_t bytes, const char *expected)
{
	struct strbuf out strbuf_cleanup = STRBUF_INIT;

	units_bytes(&out, bytes, UNITS_SPACED);
	assert_string_equal(strbuf_text(&out), expected);
}

static void test_time(void **state)
{
	(void)state;
	expect_time(0, 0, "0");
	expect_time(999, 0, "999ns");
	expect_time(1000, 0, "1µs");
	expect_time(62400, 0, "62µs");
	expect_time(62500, 0, "63µs");
	expect_time(999499, 0, "999µs");
	expect_time(999500, 0, "1ms");
	expect_time(1234567, 0, "1.23ms");
	expect_time(12345678, 0, "12.3ms");
	expect_time(99960000, 0, "100ms");
	expect_time(299000000, 0, "299ms");
	expect_time(999499999, 0, "999ms");
	expect_time(999500000, 0, "1s");
	expect_time(1030000000, 0, "1.03s");
	expect_time(2100000000, 0, "2.1s");
	expect_time(119900000000, 0, "120s");
	expect_time(125000000000, 0, "2m05s");
	expect_time(3720000000000, 0, "1h02m");
	expect_time(273600000000000, 0, "3d04h");
	expect_time(-1500, 0, "-2µs");
	expect_time(INT64_MIN + 1, 0, "-106751d23h");
}

static void test_time_forms(void **state)
{
	(void)state;
	expect_time(62000, UNITS_SPACED, "62 µs");
	expect_time(62000, UNITS_ASCII, "62us");
	expect_time(62000, UNITS_SPACED | UNITS_ASCII, "62 us");
	expect_time(1030000000, UNITS_SPACED, "1.03 s");
}

static void test_bytes(void **state)
{
	struct strbuf out strbuf_cleanup = STRBUF_INIT;

	(void)state;
	expect_bytes(0, "0 B");
	expect_bytes(26, "26 B");
	expect_bytes(999, "999 B");
	expect_bytes(1000, "1 kB");
	expect_bytes(98304, "98.3 kB");
	expect_bytes(999499, "999 kB");
	expect_bytes(999500, "1 MB");
	expect_bytes(1200000, "1.2 MB");
	expect_bytes(UINT64_MAX, "18.4 EB");
	units_bytes(&out, 1200000, 0);
	assert_string_equal(strbuf_text(&out), "1.2MB");
}

static void test_count(void **state)
{
	struct strbuf out strbuf_cleanup = STRBUF_INIT;

	(void)state;
	units_count(&out, 0);
	strbuf_add_char(&out, ' ');
	units_count(&out, 999);
	strbuf_add_char(&out, ' ');
	units_count(&out, 8211);
	strbuf_add_char(&out, ' ');
	units_count(&out, UINT64_MAX);
	strbuf_add_char(&out, ' ');
	units_decimal(&out, UINT64_MAX);
	assert_string_equal(strbuf_text(&out),
			    "0 999 8,211 18,446,744,073,709,551,615 18446744073709551615");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_time_forms),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Growing strings and arrays: across their growth, at their edges.
 */
#include "base/strbuf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/vec.h"

static void test_empty(void **state)
{
	strbuf_cleanup struct strbuf buf = STRBUF_INIT;

	(void)state;
	assert_string_equal(strbuf_text(&buf), "");
	strbuf_reset(&buf);
	strbuf_append(&buf, "", 0);
	assert_string_equal(strbuf_text(&buf), "");
	assert_int_equal(buf.len, 0);
}

static void test_pieces(void **state)
{
	strbuf_cleanup struct strbuf buf = STRBUF_INIT;

	(void)state;
	strbuf_add(&buf, "a");
	strbuf_add_char(&buf, 'b');
	strbuf_add_repeat(&buf, "cd", 3);
	strbuf_printf(&buf, "%d-%s", 42, "x");
	strbuf_append(&buf, "\0y", 2);
	assert_int_equal(buf.len, 14);
	assert_memory_equal(buf.data, "abcdcdcd42-x\0y", 15);
	strbuf_reset(&buf);
	assert_string_equal(strbuf_text(&buf), "");
}

static void test_blanks_and_chars_at_every_length(void **state)
{
	(void)state;
	for (size_t len = 0; len < 600; len++) {
		strbuf_cleanup struct strbuf buf = STRBUF_INIT;

		strbuf_add_blanks(&buf, len);
		assert_int_equal(strspn(strbuf_text(&buf), " "), len);
		strbuf_add_char(&buf, 'x');
		assert_int_equal(buf.len, len + 1);
		assert_string_equal(buf.data + len, "x");
	}
}

/* Each length around those where it grows. */
static void test_printf_at_every_length(void **state)
{
	char text[600];

	(void)state;
	memset(text, 'x', sizeof(text));
	for (int len = 0; len < (int)sizeof(text); len++) {
		strbuf_cleanup struct strbuf buf = STRBUF_INIT;

		strbuf_printf(&buf, "%.*s", len, text);
		strbuf_printf(&buf, "%.*s", len, text);
		assert_int_equal(buf.len, 2 * len);
		assert_int_equal(strlen(strbuf_text(&buf)), 2 * len);
		assert_int_equal(buf.error, 0);
	}
}

static void test_vec_grows(void **state)
{
	VEC(uint32_t) numbers = {0};
	uint32_t next = 0;

	(void)state;
	vec_each (at, &numbers)
		fail();
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(vec_push(&numbers, i), 0);
	vec_each (at, &numbers)
		assert_int_equal(*at, next++);
	assert_int_equal(next, 1000);
	assert_int_equal(numbers.len, 1000);
	vec_release(&numbers);
	assert_null(numbers.items);
	assert_int_equal(numbers.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_blanks_and_chars_at_every_length),
		cmocka_unit_test(test_printf_at_every_length),
		cmocka_unit_test(test_vec_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

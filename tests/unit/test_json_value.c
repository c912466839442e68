/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The JSON syntax: commas, numbers, and names of any bytes.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "render/json_value.h"

/* What `json` wrote into memory; ends it. */
static char *json_result(struct json *json, char **text)
{
	assert_int_equal(json_release(json), 0);
	fclose(json->out);
	return *text;
}

static void json_to_memory(struct json *json, char **text, size_t *len)
{
	FILE *out = open_memstream(text, len);

	assert_non_null(out);
	json_init(json, out);
}

static void test_structure(void **state)
{
	struct json json;
	char *text;
	size_t len;

	(void)state;
	json_to_memory(&json, &text, &len);
	json_object(&json);
	json_member_null(&json, "a");
	json_member_array(&json, "b");
	json_array_end(&json);
	json_member_array(&json, "c");
	json_array(&json);
	json_int(&json, -1);
	json_bool(&json, true);
	json_array_end(&json);
	json_newline(&json);
	json_object(&json);
	json_object_end(&json);
	json_array_end(&json);
	json_newline(&json);
	json_member_known(&json, "d", 0);
	json_text_key(&json, "\"e\"");
	json_printf(&json, "%08x-%d", 10u, 7);
	json_object_end(&json);
	json_line_end(&json);
	json_array(&json);
	json_array_end(&json);
	json_result(&json, &text);
	assert_string_equal(text, "{\"a\":null,\"b\":[],\"c\":[[-1,true],\n{}],\n\"d\":null,"
				  "\"\\\"e\\\"\":\"0000000a-7\"}\n[]");
	free(text);
}

static void test_numbers(void **state)
{
	struct json json;
	char *text;
	size_t len;

	(void)state;
	json_to_memory(&json, &text, &len);
	json_array(&json);
	json_int(&json, 0);
	json_int(&json, INT64_MIN);
	json_int(&json, INT64_MAX);
	json_uint(&json, UINT64_MAX);
	json_uint(&json, 10);
	json_array_end(&json);
	json_result(&json, &text);
	assert_string_equal(text, "[0,-9223372036854775808,9223372036854775807,"
				  "18446744073709551615,10]");
	free(text);
}

#define BYTES(text) text, sizeof(text) - 1

static void test_names(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *json;
	} names[] = {
		{BYTES(""), "\"\""},
		{BYTES("/run/a.sock"), "\"/run/a.sock\""},
		{BYTES("a\"b\\c"), "\"a\\\"b\\\\c\""},
		{BYTES("\x1b[31m\a\n\t\0x"), "\"\\u001b[31m\\u0007\\n\\t\\u0000x\""},
		{BYTES("\x7f"), "\"\\u007f\""},
		{BYTES("z\xc3\xbcrich \xe2\x82\xac \xf0\x9f\x98\x80"),
		 "\"z\xc3\xbcrich \xe2\x82\xac \xf0\x9f\x98\x80\""},
		/* C1 CSI, line separator, right-to-left override, a tag beyond the BMP */
		{BYTES("\xc2\x9b"), "\"\\u009b\""},
		{BYTES("\xe2\x80\xa8"), "\"\\u2028\""},
		{BYTES("\xe2\x80\xae"), "\"\\u202e\""},
		{BYTES("\xf3\xa0\x81\x81"), "\"\\udb40\\udc41\""},
		/* no UTF-8: lone, cut, overlong, surrogate, beyond U+10FFFF */
		{BYTES("a\xff\xfe"), "\"a\\\\xff\\\\xfe\""},
		{BYTES("\xc3"), "\"\\\\xc3\""},
		{BYTES("\xe2\x82"), "\"\\\\xe2\\\\x82\""},
		{BYTES("\xc0\xaf"), "\"\\\\xc0\\\\xaf\""},
		{BYTES("\xe0\x80\xaf"), "\"\\\\xe0\\\\x80\\\\xaf\""},
		{BYTES("\xed\xa0\x80"), "\"\\\\xed\\\\xa0\\\\x80\""},
		{BYTES("\xf4\x90\x80\x80"), "\"\\\\xf4\\\\x90\\\\x80\\\\x80\""},
		{BYTES("\xf8\x88\x80\x80\x80"), "\"\\\\xf8\\\\x88\\\\x80\\\\x80\\\\x80\""},
		/* what is right stays right beside what is not; a backslash is no escape */
		{BYTES("\xc3\xbc\\\xff\n"), "\"\xc3\xbc\\\\x5c\\\\xff\\n\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct json json;
		char *text;
		size_t len;

		json_to_memory(&json, &text, &len);
		json_text(&json, names[i].bytes, names[i].len);
		json_result(&json, &text);
		assert_string_equal(text, names[i].json);
		free(text);
	}
}

/* Every code point has one form, and no other bytes decode to anything. */
static void test_utf8(void **state)
{
	(void)state;
	for (uint32_t c = 0; c <= 0x10ffff; c++) {
		size_t need = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
		bool surrogate = c >= 0xd800 && c < 0xe000;
		char bytes[4] = {(char)c};
		uint32_t decoded = UINT32_MAX;

		if (need > 1)
			bytes[0] = (char)(0xf00 >> need | c >> 6 * (need - 1));
		for (size_t i = 1; i < need; i++)
			bytes[i] = (char)(0x80 | (c >> 6 * (need - 1 - i) & 0x3f));
		assert_int_equal(utf8_decode(bytes, need, &decoded), surrogate ? 0 : need);
		assert_true(surrogate || decoded == c);
		assert_int_equal(utf8_decode(bytes, need - 1, &decoded), 0);
	}
}

/* Much is written with little memory. */
static void test_memory_stays_flat(void **state)
{
	struct json json;
	FILE *out = fopen("/dev/null", "w");

	(void)state;
	assert_non_null(out);
	json_init(&json, out);
	json_array(&json);
	for (unsigned i = 0; i < 200000; i++) {
		json_object(&json);
		json_member_uint(&json, "number", i);
		json_object_end(&json);
		assert_true(json.buf.cap <= 128 << 10);
	}
	json_array_end(&json);
	assert_int_equal(json_release(&json), 0);
	fclose(out);
}

static void test_full_disk(void **state)
{
	struct json json;
	FILE *out = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(out);
	json_init(&json, out);
	json_null(&json);
	assert_int_equal(json_flush(&json), -ENOSPC);
	json_null(&json);
	assert_int_equal(json_flush(&json), -ENOSPC);
	assert_int_equal(json_release(&json), -ENOSPC);
	fclose(out);
}

static void test_closed_pipe(void **state)
{
	struct json json;
	int fds[2];
	FILE *out;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(fds), 0);
	close(fds[0]);
	out = fdopen(fds[1], "w");
	assert_non_null(out);
	json_init(&json, out);
	json_null(&json);
	assert_int_equal(json_release(&json), -EPIPE);
	fclose(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_structure),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_memory_stays_flat),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_closed_pipe),
	};

	return cmocka_run_group_tests_name("json_value", tests, NULL, NULL);
}

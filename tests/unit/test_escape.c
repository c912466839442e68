/* SPDX-License-Identifier: BSD-2-Clause
 *
 * render/escape, base/utf8 and render/text: hostile names and their width.
 */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "render/escape.h"
#include "render/text.h"

static void expect_terminal(const char *text, bool ascii, const char *expected)
{
	struct strbuf out strbuf_cleanup = STRBUF_INIT;

	escape_terminal(&out, text, strlen(text), ascii);
	assert_string_equal(strbuf_text(&out), expected);
}

static void test_terminal(void **state)
{
	(void)state;
	expect_terminal("nginx: worker", false, "nginx: worker");
	expect_terminal("a\033[2Jb", false, "a\\x1b[2Jb");
	expect_terminal("tab\there\n\r\x7f", false, "tab\\x09here\\x0a\\x0d\\x7f");
	expect_terminal("größe", false, "größe");
	expect_terminal("größe", true, "gr\\xc3\\xb6\\xc3\\x9fe");
	/* C1 controls steer a terminal as ESC does */
	expect_terminal("\xc2\x9b"
			"31m",
			false, "\\xc2\\x9b31m");
	/* right-to-left override, zero-width space, byte order mark */
	expect_terminal("\xe2\x80\xae"
			"x\xe2\x80\x8b\xef\xbb\xbf",
			false, "\\xe2\\x80\\xaex\\xe2\\x80\\x8b\\xef\\xbb\\xbf");
	expect_terminal("\xff\xc3(", false, "\\xff\\xc3(");
}

static void test_xml(void **state)
{
	struct strbuf out strbuf_cleanup = STRBUF_INIT;
	static const char text[] = "<b a=\"1\" c='2'>&\033\xff é";

	(void)state;
	escape_xml(&out, text, strlen(text));
	assert_string_equal(strbuf_text(&out),
			    "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;\\x1b\\xff é");
}

static void expect_broken(const char *bytes, size_t len)
{
	uint32_t code;

	assert_int_equal(utf8_decode(bytes, len, &code), 0);
}

static void test_utf8(void **state)
{
	uint32_t code;

	(void)state;
	assert_int_equal(utf8_decode("\xf0\x9f\x98\x80", 4, &code), 4);
	assert_int_equal(code, 0x1f600);
	expect_broken("\xf0\x9f\x98", 3); /* cut */
	expect_broken("\xc0\xaf", 2); /* overlong */
	expect_broken("\xe0\x80\xaf", 3); /* overlong */
	expect_broken("\xed\xa0\x80", 3); /* a surrogate */
	expect_broken("\xf4\x90\x80\x80", 4); /* beyond U+10FFFF */
	expect_broken("\x80", 1);
	expect_broken("\xc3"
		      "A",
		      2);
}

static void expect_clip(const char *text, size_t width, const char *expected, const char *from_left)
{
	struct strbuf out strbuf_cleanup = STRBUF_INIT;

	text_clip(&out, text, width, "…");
	assert_string_equal(strbuf_text(&out), expected);
	strbuf_reset(&out);
	text_clip_left(&out, text, width, "…");
	assert_string_equal(strbuf_text(&out), from_left);
}

static void test_columns(void **state)
{
	struct strbuf out strbuf_cleanup = STRBUF_INIT;

	(void)state;
	assert_int_equal(text_width("62µs", strlen("62µs")), 4);
	assert_int_equal(text_width("\033[31mred\033[0m", 12), 3);
	assert_int_equal(text_width("日本", strlen("日本")), 4);
	/* wherever it stands among letters */
	for (size_t len = 2; len < 40; len++)
		for (size_t at = 0; at + 2 <= len; at++) {
			char text[40];

			memset(text, at % 2 ? ' ' : '~', len);
			memcpy(text + at, "µ", 2);
			assert_int_equal(text_width(text, len), len - 1);
		}
	expect_clip("/run/app.sock", 13, "/run/app.sock", "/run/app.sock");
	expect_clip("/run/app.sock", 9, "/run/app…", "…app.sock");
	expect_clip("日本語", 4, "日…", "…語");
	expect_clip("abc", 0, "", "");
	strbuf_add(&out, "x 1.2ms");
	text_pad_left(&out, 2, 8);
	text_pad(&out, 0, 12);
	assert_string_equal(strbuf_text(&out), "x    1.2ms  ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_terminal),
		cmocka_unit_test(test_xml),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_columns),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}

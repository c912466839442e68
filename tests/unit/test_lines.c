/* SPDX-License-Identifier: BSD-2-Clause
 *
 * cmd/lines: which order they are handed on in, and what stands before them.
 */
#include "cmd/lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "fixture.h"
#include "render/live.h"

static void add(struct lines *lines, const char *text, int64_t t_ns)
{
	strbuf_add(&lines->text, text);
	lines_end(lines, t_ns);
}

/* The lines since the last time. */
static void check_told(struct lines *lines, const char *wanted)
{
	const struct strbuf *text = lines_ordered(lines);

	assert_int_equal(text->error, 0);
	assert_string_equal(strbuf_text(text), wanted);
	lines_forget(lines);
}

static void test_order(void **state)
{
	struct lines lines = {0};

	(void)state;
	check_told(&lines, "");
	add(&lines, "a\n", 1);
	add(&lines, "", 0); /* none */
	add(&lines, "b\n", 2);
	check_told(&lines, "a\nb\n");
	add(&lines, "second\n", 4);
	add(&lines, "first of two\nlines\n", 3);
	add(&lines, "third\n", 4);
	add(&lines, "zeroth\n", -1);
	check_told(&lines, "zeroth\nfirst of two\nlines\nsecond\nthird\n");
	add(&lines, "verdict\n\nof two lines\n", INT64_MAX);
	add(&lines, "d\n", 2);
	add(&lines, "c\n", 1);
	check_told(&lines, "c\nd\nverdict\n\nof two lines\n");
	check_told(&lines, "");
	lines_release(&lines);
}

/* Late by any number of lines, and some at one moment: by time, then as they came. */
static void test_late(void **state)
{
	enum { LINES = 1000, MOMENTS = 300 };
	int64_t last_t = -1;
	struct lines lines = {0};
	int last_i = -1, t, i, read = 0, size;
	const char *at;
	char text[32];

	(void)state;
	for (i = 0; i < LINES; i++) {
		t = i % 5 ? i / 5 : i * 7919 % MOMENTS;
		snprintf(text, sizeof(text), "%d %d\n", t, i);
		add(&lines, text, t);
	}
	at = strbuf_text(lines_ordered(&lines));
	for (; sscanf(at, "%d %d%n", &t, &i, &size) == 2; at += size, read++) {
		assert_true(t > last_t || (t == last_t && i > last_i));
		last_t = t;
		last_i = i;
	}
	assert_int_equal(read, LINES);
	lines_release(&lines);
}

static void begin(void *context, int64_t t_ns, struct strbuf *out)
{
	live_since(context, t_ns, out);
}

/* -r: the time since the line above, not since the one that was told before. */
static void test_since(void **state)
{
	const struct live_options options = {.relative = true};
	struct live live;
	struct lines lines = {.begin = begin, .context = &live};

	(void)state;
	live_init(&live, &style_utf8, &options);
	add(&lines, "first\n", 1000000);
	add(&lines, "third\n", 1070000);
	add(&lines, "second\n", 1020000);
	add(&lines, "verdict\n", INT64_MAX);
	check_told(&lines, "+0       first\n+20µs    second\n+50µs    third\nverdict\n");
	add(&lines, "drops\nfourth\n", 1170000);
	check_told(&lines, "+100µs   drops\n+0       fourth\n");
	lines_release(&lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_since),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

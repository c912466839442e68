/* SPDX-License-Identifier: BSD-2-Clause
 *
 * cmd/lines: the order of lines, and what stands before them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "cmd/lines.h"
#include "fixture.h"
#include "render/live.h"

static void add(struct lines *lines, const char *text, int64_t t_ns)
{
	strbuf_add(&lines->text, text);
	lines_end(lines, t_ns);
}

static void begin(void *context, int64_t t_ns, struct strbuf *out)
{
	live_since(context, t_ns, out);
}

static void check(struct lines *lines, const char *wanted)
{
	char text[200];
	int fds[2];
	ssize_t n;

	assert_int_equal(pipe(fds), 0);
	assert_int_equal(lines_write(lines, fds[1]), 0);
	close(fds[1]);
	n = read(fds[0], text, sizeof(text) - 1);
	assert_in_range(n, 0, sizeof(text) - 1);
	text[n] = '\0';
	close(fds[0]);
	assert_string_equal(text, wanted);
}

static void test_order(void **state)
{
	struct lines lines = {0};

	(void)state;
	add(&lines, "second\n", 20);
	add(&lines, "verdict\n\nof two lines\n", INT64_MAX);
	add(&lines, "first\n", 10);
	check(&lines, "first\nsecond\nverdict\n\nof two lines\n");
	lines_release(&lines);
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
	check(&lines, "+0       first\n+20µs    second\n+50µs    third\nverdict\n");
	add(&lines, "drops\nfourth\n", 1170000);
	check(&lines, "+100µs   drops\n+0       fourth\n");
	lines_release(&lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_since),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Messages: one line each, by level, cut rather than overrun.
 */
#include "base/log.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char captured[4096];

static FILE *begin(int *saved)
{
	FILE *file = tmpfile();

	assert_non_null(file);
	fflush(stderr);
	*saved = dup(STDERR_FILENO);
	assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
	return file;
}

static const char *end(FILE *file, int saved)
{
	size_t len;

	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(file);
	len = fread(captured, 1, sizeof(captured) - 1, file);
	captured[len] = '\0';
	fclose(file);
	return captured;
}

static void test_levels(void **state)
{
	int saved;
	FILE *file = begin(&saved);
	int r;

	(void)state;
	log_err("no %s", "way");
	log_info("not shown");
	log_set_level(LOG_INFO);
	log_info("shown");
	log_debug("not shown");
	log_set_level(LOG_ERROR);
	log_warn("not shown");
	log_set_level(LOG_WARNING);
	r = log_err_r(-EINVAL, "it evaluates");
	assert_string_equal(end(file, saved), "socktrace: no way\nsocktrace: shown\n"
					      "socktrace: it evaluates\n");
	assert_int_equal(r, -EINVAL);
}

static void test_a_long_one_is_cut(void **state)
{
	char text[3000];
	int saved;
	FILE *file = begin(&saved);

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_err("%s", text);
	end(file, saved);
	assert_in_range(strlen(captured), 500, 1100);
	assert_int_equal(captured[strlen(captured) - 1], '\n');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_a_long_one_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

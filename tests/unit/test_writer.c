/* SPDX-License-Identifier: BSD-2-Clause
 *
 * cmd/writer: nobody waits for who reads, all of it comes in order, and errors are told.
 */
#include "cmd/writer.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define PIPE_BYTES 65536 /* what a pipe holds that nobody reads */

static void put_number(struct writer *writer, unsigned number)
{
	char text[16];

	assert_int_equal(
		writer_put(writer, text, snprintf(text, sizeof(text), "%u\n", number)), 0);
}

static void wait_for_backlog(struct writer *writer, size_t backlog)
{
	for (int i = 0; writer_backlog(writer) != backlog && i < 10000; i++)
		usleep(1000);
	assert_int_equal(writer_backlog(writer), backlog);
}

/* More than the pipe holds, before anybody reads. */
static void test_nobody_waits(void **state)
{
	const unsigned numbers = 100000;
	struct writer *writer;
	unsigned number = 0, read;
	int fds[2];
	FILE *file;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(writer_new(fds[1], &writer), 0);
	for (unsigned i = 0; i < numbers; i++)
		put_number(writer, i);
	assert_true(writer_backlog(writer) > PIPE_BYTES);
	file = fdopen(fds[0], "r");
	for (; number < numbers && fscanf(file, "%u", &read) == 1; number++)
		assert_int_equal(read, number);
	assert_int_equal(number, numbers);
	wait_for_backlog(writer, 0);
	assert_int_equal(writer_free(&writer), 0);
	assert_null(writer);
	fclose(file);
	close(fds[1]);
}

/* What was put last is written too. */
static void test_free_waits(void **state)
{
	struct writer *writer;
	FILE *file = tmpfile();

	(void)state;
	assert_non_null(file);
	assert_int_equal(writer_new(fileno(file), &writer), 0);
	for (unsigned i = 0; i < 1000; i++)
		put_number(writer, 1000);
	assert_int_equal(writer_free(&writer), 0);
	assert_int_equal(lseek(fileno(file), 0, SEEK_END), 5 * 1000);
	fclose(file);
	assert_int_equal(writer_free(&writer), 0); /* of none */
}

static void check_error(int fd, int error)
{
	struct writer *writer;

	assert_int_equal(writer_new(fd, &writer), 0);
	put_number(writer, 1);
	wait_for_backlog(writer, 0);
	assert_int_equal(writer_put(writer, "2", 1), error);
	assert_int_equal(writer_free(&writer), error);
}

static void test_errors(void **state)
{
	int fds[2];

	(void)state;
	check_error(-1, -EBADF);
	assert_int_equal(pipe(fds), 0);
	close(fds[0]);
	signal(SIGPIPE, SIG_IGN);
	check_error(fds[1], -EPIPE);
	close(fds[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nobody_waits),
		cmocka_unit_test(test_free_waits),
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

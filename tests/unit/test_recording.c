/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The recording file written and read back, and what happens where the medium of
 * the writer gives way.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "capture/recording_format.h"
#include "capture/recording_read.h"
#include "capture/recording_write.h"
#include "recording_bench.h"

static void test_round_trip(void **state)
{
	struct recording_bench *bench = *state;
	struct recording_reader *reader;
	struct stat st;
	uint64_t written = write_blocks(bench->path, 20, NULL);

	assert_int_equal(stat(bench->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(recording_open(bench->path, &reader), 0);
	assert_int_equal(read_all(reader), written);
	assert_null(recording_missing(reader));
	assert_int_equal(recording_damaged(reader), 0);
	recording_reader_free(&reader);
	assert_null(reader);
}

/* Blocks fill up by themselves, and an existing file is replaced. */
static void test_full_blocks(void **state)
{
	struct recording_bench *bench = *state;
	struct recording_writer *writer;
	struct recording_reader *reader;
	const uint64_t count = 5 * RECORDING_BLOCK_BYTES / sizeof(struct st_release);

	write_blocks(bench->path, 3, NULL);
	assert_int_equal(recording_create(bench->path, &writer), 0);
	for (uint64_t i = 0; i < count; i++)
		assert_int_equal(write_number(writer, i), 0);
	assert_true(recording_bytes(writer) > 3 * RECORDING_BLOCK_BYTES);
	assert_int_equal(recording_close(&writer), 0);
	assert_int_equal(recording_open(bench->path, &reader), 0);
	assert_int_equal(read_all(reader), count);
	recording_reader_free(&reader);
}

static void test_no_records(void **state)
{
	struct recording_bench *bench = *state;
	struct recording_reader *reader;

	write_blocks(bench->path, 0, NULL);
	assert_int_equal(recording_open(bench->path, &reader), 0);
	assert_int_equal(read_all(reader), 0);
	assert_null(recording_missing(reader));
	recording_reader_free(&reader);
}

static void test_wrong_frames_are_refused(void **state)
{
	struct recording_bench *bench = *state;
	struct recording_writer *writer;
	struct st_release record = record_number(0);

	assert_int_equal(recording_create(bench->path, &writer), 0);
	assert_int_equal(recording_write(writer, &record, 8), -EBADMSG);
	assert_int_equal(recording_write(writer, &record, sizeof(record) - 1), -EBADMSG);
	assert_int_equal(recording_write(writer, &record, sizeof(record) - 8), -EBADMSG);
	assert_int_equal(recording_write(writer, &record, sizeof(record)), 0);
	assert_int_equal(recording_records(writer), 1);
	assert_int_equal(recording_close(&writer), 0);
}

static void test_create_fails(void **state)
{
	struct recording_bench *bench = *state;
	struct recording_writer *writer = NULL;
	int saved = bench_listen(bench);
	int err = recording_create("/dev/full", &writer);

	bench_heard(bench, saved);
	assert_int_equal(err, -ENOSPC);
	assert_null(writer);
	assert_said_once(bench, "cannot write /dev/full: No space left on device");
	saved = bench_listen(bench);
	err = recording_create(bench->dir, &writer);
	bench_heard(bench, saved);
	assert_int_equal(err, -EISDIR);
	assert_said_once(bench, "Is a directory");
}

/* The medium takes no more in the middle of a block: said once, the answer stays the
 * same, and the file ends with its last whole block. */
static void test_file_size_limit(void **state)
{
	enum { BLOCKS = 4 };
	struct recording_bench *bench = *state;
	struct recording_writer *writer;
	struct recording_reader *reader;
	struct rlimit old, limit;
	uint64_t ends[BLOCKS], good;
	int err, saved;

	write_blocks(bench->path, BLOCKS, ends);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(recording_create(bench->path, &writer), 0);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(write_number(writer, i), 0);
	assert_int_equal(recording_flush(writer), 0);
	good = recording_bytes(writer);
	for (unsigned i = 3; i < 10; i++)
		assert_int_equal(write_number(writer, i), 0);
	limit = (struct rlimit){.rlim_cur = good + 100, .rlim_max = old.rlim_max};
	saved = bench_listen(bench);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	err = recording_flush(writer);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	bench_heard(bench, saved);
	assert_int_equal(err, -EFBIG);
	assert_said_once(bench, "File too large");
	assert_int_equal(write_number(writer, 10), -EFBIG);
	assert_int_equal(recording_flush(writer), -EFBIG);
	assert_int_equal(recording_close(&writer), -EFBIG);
	assert_int_equal(recording_open(bench->path, &reader), 0);
	assert_int_equal(read_all(reader), 3);
	assert_null(recording_missing(reader));
	recording_reader_free(&reader);
}

static void test_closed_pipe(void **state)
{
	struct recording_bench *bench = *state;
	struct recording_writer *writer;
	int fds[2], err, saved;
	char path[64];

	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(fds), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[1]);
	assert_int_equal(recording_create(path, &writer), 0);
	close(fds[0]);
	close(fds[1]);
	assert_int_equal(write_number(writer, 0), 0);
	saved = bench_listen(bench);
	err = recording_close(&writer);
	bench_heard(bench, saved);
	assert_int_equal(err, -EPIPE);
	assert_said_once(bench, "its reader has closed the pipe");
}

static void test_standard_streams(void **state)
{
	struct recording_bench *bench = *state;
	struct recording_reader *reader;
	int in = dup(STDIN_FILENO), out = dup(STDOUT_FILENO), fd;
	uint64_t written;

	fd = open(bench->path, O_CREAT | O_RDWR, 0600);
	assert_true(fd >= 0);
	fflush(stdout);
	dup2(fd, STDOUT_FILENO);
	written = write_blocks("-", 6, NULL);
	dup2(out, STDOUT_FILENO);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	dup2(fd, STDIN_FILENO);
	assert_int_equal(recording_open("-", &reader), 0);
	assert_int_equal(read_all(reader), written);
	recording_reader_free(&reader);
	dup2(in, STDIN_FILENO);
	close(fd);
	close(in);
	close(out);
}

/* Killed at any moment, the finished blocks stay. */
static void test_killed(void **state)
{
	struct recording_bench *bench = *state;
	struct recording_reader *reader;
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (!child) {
		struct recording_writer *writer;

		if (recording_create(bench->path, &writer))
			_exit(1);
		for (unsigned i = 0; i < 10; i++)
			write_number(writer, i);
		recording_flush(writer);
		write_number(writer, 10);
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(recording_open(bench->path, &reader), 0);
	assert_int_equal(read_all(reader), 10);
	recording_reader_free(&reader);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_new, bench_free)
	const struct CMUnitTest tests[] = {
		TEST(test_round_trip),
		TEST(test_full_blocks),
		TEST(test_no_records),
		TEST(test_wrong_frames_are_refused),
		TEST(test_create_fails),
		TEST(test_file_size_limit),
		TEST(test_closed_pipe),
		TEST(test_standard_streams),
		TEST(test_killed),
	};

	return cmocka_run_group_tests_name("recording", tests, NULL, NULL);
}

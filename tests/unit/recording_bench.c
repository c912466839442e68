/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the files that tests of recordings write, and their temporary folders.
 */
#include "recording_bench.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

int bench_new(void **state)
{
	struct recording_bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	strcpy(bench->dir, "/tmp/socktrace-recording-XXXXXX");
	assert_non_null(mkdtemp(bench->dir));
	snprintf(bench->path, sizeof(bench->path), "%s/a.skt", bench->dir);
	snprintf(bench->said_path, sizeof(bench->said_path), "%s/stderr", bench->dir);
	*state = bench;
	return 0;
}

int bench_free(void **state)
{
	struct recording_bench *bench = *state;

	unlink(bench->path);
	unlink(bench->said_path);
	assert_int_equal(rmdir(bench->dir), 0);
	free(bench);
	return 0;
}

int bench_listen(struct recording_bench *bench)
{
	int saved = dup(STDERR_FILENO);
	int fd = open(bench->said_path, O_CREAT | O_TRUNC | O_RDWR, 0600);

	assert_true(saved >= 0 && fd >= 0);
	fflush(stderr);
	dup2(fd, STDERR_FILENO);
	close(fd);
	return saved;
}

void bench_heard(struct recording_bench *bench, int saved)
{
	int fd = open(bench->said_path, O_RDONLY);
	ssize_t n = read(fd, bench->said, sizeof(bench->said) - 1);

	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(fd);
	assert_true(n >= 0);
	bench->said[n] = '\0';
}

void assert_said_once(const struct recording_bench *bench, const char *text)
{
	const char *newline = strchr(bench->said, '\n');

	assert_non_null(newline);
	assert_int_equal(newline[1], '\0');
	if (!strstr(bench->said, text))
		fail_msg("said \"%s\", not \"%s\"", bench->said, text);
}

struct st_release record_number(uint64_t number)
{
	return (struct st_release){
		.h = {.type = ST_RELEASE, .size = sizeof(struct st_release), .ts_ns = number},
		.id = number,
		.pid = 7,
		.tid = 7,
		.comm = "server",
	};
}

int write_number(struct recording_writer *writer, uint64_t number)
{
	struct st_release record = record_number(number);

	return recording_write(writer, &record, sizeof(record));
}

uint64_t write_blocks(const char *path, unsigned blocks, uint64_t *ends)
{
	struct recording_writer *writer;
	uint64_t number = 0;

	assert_int_equal(recording_create(path, &writer), 0);
	for (unsigned block = 0; block < blocks; block++) {
		for (unsigned i = 0; i <= block; i++)
			assert_int_equal(write_number(writer, number++), 0);
		assert_int_equal(recording_flush(writer), 0);
		if (ends)
			ends[block] = recording_bytes(writer);
	}
	assert_int_equal(recording_records(writer), number);
	assert_int_equal(recording_close(&writer), 0);
	assert_null(writer);
	return number;
}

unsigned char *file_bytes(const char *path, size_t *len)
{
	FILE *file = fopen(path, "rb");
	unsigned char *bytes = malloc(1 << 16);

	assert_non_null(file);
	assert_non_null(bytes);
	*len = fread(bytes, 1, 1 << 16, file);
	fclose(file);
	return bytes;
}

void file_write(const char *path, const void *bytes, size_t len)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

uint64_t read_all(struct recording_reader *reader)
{
	struct record record;
	uint64_t number = 0;
	int err;

	while ((err = recording_next(reader, &record)) == 0) {
		struct st_release expected = record_number(number++);

		assert_int_equal(record.header->type, ST_RELEASE);
		assert_memory_equal(record.release, &expected, sizeof(expected));
	}
	assert_int_equal(err, 1);
	assert_int_equal(recording_next(reader, &record), 1);
	return number;
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Recordings that are not as they were written: cut anywhere, with any byte changed,
 * made by others, made to harm.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "capture/recording_format.h"
#include "capture/recording_read.h"
#include "recording_bench.h"

/* A file cut anywhere gives the records of its whole blocks, and says it was cut. */
static void test_cut_anywhere(void **state)
{
	enum { BLOCKS = 5 };
	struct recording_bench *bench = *state;
	struct recording_reader *reader;
	uint64_t ends[BLOCKS];
	size_t len;
	unsigned char *bytes;

	write_blocks(bench->path, BLOCKS, ends);
	bytes = file_bytes(bench->path, &len);
	assert_int_equal(len, ends[BLOCKS - 1]);
	for (size_t cut = 0; cut <= len; cut++) {
		uint64_t whole = 0, start = sizeof(struct recording_header);
		int err, saved;

		for (unsigned i = 0; i < BLOCKS && ends[i] <= cut; i++) {
			whole += i + 1;
			start = ends[i];
		}
		file_write(bench->path, bytes, cut);
		saved = bench_listen(bench);
		err = recording_open(bench->path, &reader);
		bench_heard(bench, saved);
		if (cut < sizeof(struct recording_header)) {
			assert_int_equal(err, -EBADMSG);
			assert_said_once(bench, cut ? "ends inside its header" : "is empty");
			continue;
		}
		assert_int_equal(err, 0);
		assert_int_equal(read_all(reader), whole);
		assert_int_equal(recording_damage(reader)->cut, cut != start);
		assert_int_equal(recording_damage(reader)->bytes, cut - start);
		assert_int_equal(recording_damaged(reader), cut != start);
		assert_int_equal(recording_missing(reader) != NULL, cut != start);
		recording_reader_free(&reader);
	}
	free(bytes);
}

/* Whatever byte is changed: no record of its block, and all of the blocks before. */
static void test_flipped_anywhere(void **state)
{
	enum { BLOCKS = 5 };
	static const unsigned char masks[] = {0x01, 0x80, 0xff};
	struct recording_bench *bench = *state;
	struct recording_reader *reader;
	uint64_t ends[BLOCKS], all = write_blocks(bench->path, BLOCKS, ends);
	size_t len;
	unsigned char *bytes = file_bytes(bench->path, &len);

	for (size_t i = 0; i < len * sizeof(masks); i++) {
		size_t at = i / sizeof(masks);
		uint64_t before = 0;
		int err, saved;

		for (unsigned block = 0; block < BLOCKS && ends[block] <= at; block++)
			before += block + 1;
		bytes[at] ^= masks[i % sizeof(masks)];
		file_write(bench->path, bytes, len);
		bytes[at] ^= masks[i % sizeof(masks)];
		saved = bench_listen(bench);
		err = recording_open(bench->path, &reader);
		bench_heard(bench, saved);
		if (at < sizeof(RECORDING_MAGIC) - 1) {
			assert_int_equal(err, -EBADMSG);
			assert_said_once(bench, "is not a socktrace recording");
			continue;
		}
		assert_int_equal(err, 0);
		if (at < sizeof(struct recording_header)) {
			assert_int_equal(read_all(reader), all);
			assert_true(recording_damage(reader)->header);
			assert_non_null(strstr(recording_missing(reader),
					       "a.skt: the header is damaged"));
		} else {
			assert_int_equal(read_all(reader), before);
			assert_int_equal(recording_damage(reader)->blocks, 1);
			assert_non_null(strstr(recording_missing(reader), "block "));
		}
		assert_int_equal(recording_damaged(reader), 1);
		recording_reader_free(&reader);
	}
	free(bytes);
}

static void test_block_left_out(void **state)
{
	struct recording_bench *bench = *state;
	struct recording_reader *reader;
	uint64_t ends[4];
	size_t len;
	unsigned char *bytes;

	write_blocks(bench->path, 4, ends);
	bytes = file_bytes(bench->path, &len);
	memmove(bytes + ends[1], bytes + ends[2], len - ends[2]);
	file_write(bench->path, bytes, len - (ends[2] - ends[1]));
	assert_int_equal(recording_open(bench->path, &reader), 0);
	assert_int_equal(read_all(reader), 3);
	assert_non_null(strstr(recording_missing(reader), "block 2 "));
	assert_non_null(strstr(recording_missing(reader), "not the one that belongs there"));
	recording_reader_free(&reader);
	free(bytes);
}

/* A block around any bytes, with all that makes it look right. */
static void file_of_block(const char *path, const void *records, uint32_t len, uint32_t count)
{
	struct recording_block block = {
		.magic = RECORDING_BLOCK_MAGIC, .length = len, .records = count};
	FILE *file;

	write_blocks(path, 0, NULL);
	block.crc = recording_block_crc(&block, records);
	file = fopen(path, "ab");
	assert_non_null(file);
	fwrite(&block, sizeof(block), 1, file);
	fwrite(records, len, 1, file);
	assert_int_equal(fclose(file), 0);
}

/* Records are skipped one by one: of types to come, and such as decode refuses. */
static void test_unusable_records(void **state)
{
	struct recording_bench *bench = *state;
	struct recording_reader *reader;
	struct st_release records[4] = {record_number(0), record_number(0), record_number(0),
					record_number(1)};

	records[1].h.type = ST_TYPE_MAX + 5;
	records[2].h.type = ST_END; /* the size is another */
	file_of_block(bench->path, records, sizeof(records), 4);
	assert_int_equal(recording_open(bench->path, &reader), 0);
	assert_int_equal(read_all(reader), 2);
	assert_int_equal(recording_damage(reader)->unknown, 1);
	assert_int_equal(recording_damage(reader)->records, 1);
	assert_int_equal(recording_damaged(reader), 1);
	assert_non_null(strstr(recording_missing(reader), "1 record with wrong sizes"));
	recording_reader_free(&reader);
}

/* A record whose size cannot be believed takes the rest of its block with it. */
static void test_unsound_frame(void **state)
{
	static const uint16_t sizes[] = {0, 8, 12, 47, 200, 65528};
	struct recording_bench *bench = *state;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct st_release records[3] = {record_number(0), record_number(1),
						record_number(2)};
		struct recording_reader *reader;

		records[1].h.size = sizes[i];
		file_of_block(bench->path, records, sizeof(records), 3);
		assert_int_equal(recording_open(bench->path, &reader), 0);
		assert_int_equal(read_all(reader), 1);
		assert_int_equal(recording_damaged(reader), 2);
		recording_reader_free(&reader);
	}
}

/* No length in a file makes the reader ask for more than a block's memory. */
static void test_hostile_length(void **state)
{
	static const uint32_t lengths[] = {0, 4, RECORDING_BLOCK_MAX + 8, 0xfffffff8};
	struct recording_bench *bench = *state;
	struct st_release record = record_number(0);

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct recording_reader *reader;
		unsigned char *bytes;
		size_t len;

		file_of_block(bench->path, &record, sizeof(record), 1);
		bytes = file_bytes(bench->path, &len);
		memcpy(bytes + sizeof(struct recording_header) +
			       offsetof(struct recording_block, length), &lengths[i], 4);
		file_write(bench->path, bytes, len);
		free(bytes);
		assert_int_equal(recording_open(bench->path, &reader), 0);
		assert_int_equal(read_all(reader), 0);
		assert_int_equal(recording_damage(reader)->blocks, 1);
		assert_false(recording_damage(reader)->cut);
		recording_reader_free(&reader);
	}
}

static void assert_open_says(struct recording_bench *bench, const char *path, int err,
			     const char *text)
{
	struct recording_reader *reader = NULL;
	int saved = bench_listen(bench);
	int r = recording_open(path, &reader);

	bench_heard(bench, saved);
	assert_int_equal(r, err);
	assert_null(reader);
	assert_said_once(bench, text);
}

static void write_header(const char *path, uint32_t version, uint32_t byte_order)
{
	struct recording_header header = {
		.version = version, .byte_order = byte_order, .size = sizeof(header)};

	memcpy(header.magic, RECORDING_MAGIC, sizeof(header.magic));
	header.crc = recording_header_crc(&header);
	file_write(path, &header, sizeof(header));
}

/* A later version may have a longer header. */
static void write_long_header(const char *path, uint32_t version)
{
	unsigned char bytes[64] = {0};
	struct recording_header header = {
		.version = version, .byte_order = RECORDING_BYTE_ORDER, .size = sizeof(bytes)};

	memcpy(header.magic, RECORDING_MAGIC, sizeof(header.magic));
	memcpy(bytes, &header, sizeof(header));
	header.crc = crc32(0, bytes, sizeof(bytes));
	memcpy(bytes, &header, sizeof(header));
	file_write(path, bytes, sizeof(bytes));
}

static void test_other_files(void **state)
{
	struct recording_bench *bench = *state;

	file_write(bench->path, "#!/bin/sh\nexit 0\n", 17);
	assert_open_says(bench, bench->path, -EBADMSG, "is not a socktrace recording");
	file_write(bench->path, "x", 1);
	assert_open_says(bench, bench->path, -EBADMSG, "is not a socktrace recording");
	write_header(bench->path, 2, RECORDING_BYTE_ORDER);
	assert_open_says(bench, bench->path, -EPROTONOSUPPORT,
			 "made by a newer socktrace: it has format 2, this one reads up to 1");
	write_long_header(bench->path, 3);
	assert_open_says(bench, bench->path, -EPROTONOSUPPORT, "it has format 3");
	write_header(bench->path, 1, __builtin_bswap32(RECORDING_BYTE_ORDER));
	assert_open_says(bench, bench->path, -EBADMSG, "of the other byte order");
	assert_open_says(bench, bench->dir, -EISDIR, "Is a directory");
	unlink(bench->path);
	assert_open_says(bench, bench->path, -ENOENT, "No such file or directory");
}

/* A pipe has no size: what is missing is told without one. */
static void test_damage_in_a_pipe(void **state)
{
	struct recording_bench *bench = *state;
	struct recording_reader *reader;
	uint64_t ends[3];
	size_t len;
	unsigned char *bytes;
	int fds[2];
	char path[64];

	write_blocks(bench->path, 3, ends);
	bytes = file_bytes(bench->path, &len);
	bytes[ends[0] + 40] ^= 1;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], bytes, len), len);
	close(fds[1]);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[0]);
	assert_int_equal(recording_open(path, &reader), 0);
	close(fds[0]);
	assert_int_equal(read_all(reader), 1);
	assert_string_equal(strchr(recording_missing(reader), ':'),
			    ": block 1 at byte 112 is damaged (its CRC does not match): "
			    "what follows is not read");
	recording_reader_free(&reader);
	free(bytes);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_new, bench_free)
	const struct CMUnitTest tests[] = {
		TEST(test_cut_anywhere),
		TEST(test_flipped_anywhere),
		TEST(test_block_left_out),
		TEST(test_unusable_records),
		TEST(test_unsound_frame),
		TEST(test_hostile_length),
		TEST(test_other_files),
		TEST(test_damage_in_a_pipe),
	};

	return cmocka_run_group_tests_name("recording_damage", tests, NULL, NULL);
}

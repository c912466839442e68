/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What tests of recordings share: a place for a file, what was said meanwhile, and
 * files of numbered records. Each asserts that it works.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "capture/recording_read.h"
#include "capture/recording_write.h"

/* A file of its own for each test, and what was said on stderr. */
struct recording_bench {
	char dir[64];
	char path[96];
	char said_path[96];
	char said[2048];
};

/* Set-up and tear-down of a test, whose state is the bench. */
int bench_new(void **state);
int bench_free(void **state);

/* In between, what goes to stderr goes to bench->said. */
int bench_listen(struct recording_bench *bench);
void bench_heard(struct recording_bench *bench, int saved);
/* One line, with text in it. */
void assert_said_once(const struct recording_bench *bench, const char *text);

struct st_release record_number(uint64_t number);
int write_number(struct recording_writer *writer, uint64_t number);

/* Writes blocks of 1, 2, … `blocks` records, numbered from 0; ends[i] is where block
 * i ends, may be NULL. Returns how many records. */
uint64_t write_blocks(const char *path, unsigned blocks, uint64_t *ends);

/* Reads to the end; every record must be the one that was written in that place. */
uint64_t read_all(struct recording_reader *reader);

unsigned char *file_bytes(const char *path, size_t *len); /* of up to 64 KiB; the caller's */
void file_write(const char *path, const void *bytes, size_t len);

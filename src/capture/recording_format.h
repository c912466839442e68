/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The bytes of a recording: one file header, then blocks of records, nothing
 * after the last. Byte order is that of the host that wrote it. docs/FORMAT.md
 * says the same in prose. Knows no files.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORDING_MAGIC "SOCKTRC\n"
#define RECORDING_VERSION 1
#define RECORDING_BYTE_ORDER 0x01020304u

/* Up to crc it is the same in every version, so that any reader can tell a newer
 * version from a damaged header. Blocks begin at `size`. */
struct recording_header {
	char magic[8]; /* no NUL */
	uint32_t version;
	uint32_t byte_order;
	uint32_t size; /* of this header: a multiple of 8, up to RECORDING_HEADER_MAX */
	uint32_t crc;  /* CRC-32 (zlib) of all `size` bytes, with 0 in place of crc */
	uint64_t started_at_ns;   /* CLOCK_REALTIME when the recording began */
	uint64_t started_mono_ns; /* CLOCK_MONOTONIC then */
};

#define RECORDING_HEADER_MAX 4096u

#define RECORDING_BLOCK_MAGIC 0x4b4c4253u

struct recording_block {
	uint32_t magic;
	uint32_t length;   /* bytes of records that follow: a multiple of 8 */
	uint64_t sequence; /* 0, 1, 2, … */
	uint32_t records;
	uint32_t crc; /* CRC-32 (zlib) of the fields before it, then of the records */
};

/* What a writer puts into one block at most, and what a reader accepts. */
#define RECORDING_BLOCK_BYTES (64u << 10)
#define RECORDING_BLOCK_MAX (4u << 20)

_Static_assert(sizeof(struct recording_header) == 40, "recording_header");
_Static_assert(sizeof(struct recording_block) == 24, "recording_block");

uint32_t recording_header_crc(const struct recording_header *header);

/* How many bytes the header has, given the part of it up to crc. The field is
 * believed only where it can be right: version 1 has but one length, and a later
 * one proves its own by the CRC. */
size_t recording_header_length(const struct recording_header *header);

/* Whether a header of `len` bytes, at least those of version 1, is what was written. */
bool recording_header_intact(const unsigned char *bytes, size_t len);

/* The CRC that belongs into a block with these records, block->length bytes of them. */
uint32_t recording_block_crc(const struct recording_block *block, const unsigned char *records);

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads a recording back, one checked record after the other, with the memory of
 * one block. Whatever the bytes are, it gives only records of undamaged blocks.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "decode/decode.h"

/* What could not be used of what was read so far. */
struct recording_damage {
	bool header;      /* the file header does not match its CRC; the blocks may still be good */
	uint64_t blocks;  /* 1 once a damaged or cut block ended the reading, else 0 */
	uint64_t bytes;   /* from that block to the end; of a pipe: as far as it was read */
	uint64_t records; /* of undamaged blocks, but wrong in size or values */
	uint64_t unknown; /* of undamaged blocks, of types this version does not know */
	bool cut;         /* the file ends in the middle of a block: its writer was interrupted */
};

struct recording_reader;

/* Opens `path`, "-" is stdin. 0 or -errno, said: it cannot be read, it is not a
 * recording, it is one of a newer version or of the other byte order. */
int recording_open(const char *path, struct recording_reader **out);

/* The next record, valid until the next call. 0; 1 at the end of what can be
 * read, and then the damage is final; -errno, said, when reading fails. */
int recording_next(struct recording_reader *reader, struct record *out);

void recording_reader_free(struct recording_reader **reader);

const struct recording_damage *recording_damage(const struct recording_reader *reader);

/* Of how many losses to speak (ST_LOSS_DAMAGED): blocks, records and the header;
 * types not known are not losses. */
uint64_t recording_damaged(const struct recording_reader *reader);

/* One line that says what is missing of which file and why, for a warning; NULL:
 * nothing is. Final once recording_next() gave no record. */
const char *recording_missing(const struct recording_reader *reader);

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Writes a recording: gathers records into blocks and appends each finished
 * block with one write, so that whatever kills us leaves whole blocks behind.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct recording_writer;

/* Creates or empties `path`, readable by its owner alone: a recording holds
 * command lines. "-" is stdout, unless that is a terminal. 0 or -errno, said. */
int recording_create(const char *path, struct recording_writer **out);

/* Appends one record as it came out of the ring. 0; -EBADMSG and nothing stored
 * where its frame is wrong; -errno when the file cannot be written. That is said
 * once, cuts a regular file back to its last whole block, and is the answer of
 * every later call. The caller has SIGPIPE and SIGXFSZ ignored. */
int recording_write(struct recording_writer *writer, const void *record, size_t len);

/* Finishes the present block: from here on its records survive us. */
int recording_flush(struct recording_writer *writer);

/* Flushes, closes and frees, whatever happens. 0 or the first error. */
int recording_close(struct recording_writer **writer);

uint64_t recording_bytes(const struct recording_writer *writer);   /* in the file */
uint64_t recording_records(const struct recording_writer *writer); /* in the file or about to be */

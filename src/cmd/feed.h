/* SPDX-License-Identifier: BSD-2-Clause
 *
 * From bytes to the model: the one path for live records and recorded ones.
 */
#pragma once

#include <stddef.h>

struct model;
struct recording_reader;

/* Decodes one record of a live capture and applies it; one that is damaged is counted as lost.
 * context is a struct model: it serves as a source_sink. */
int feed_record(void *context, const void *record, size_t size);

/* Reads the rest of a recording into the model and finishes it. What is missing is said
 * and counted. 0 or -errno, said. */
int feed_reader(struct model *model, struct recording_reader *reader, const char *path);
int feed_recording(struct model *model, const char *path);

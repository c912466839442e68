/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Joins decode to model; knows no output.
 */
#include "cmd/feed.h"

#include <string.h>

#include "base/log.h"
#include "capture/recording_read.h"
#include "cmd/stop.h"
#include "model/model.h"

int feed_record(void *context, const void *record, size_t size)
{
	struct model *model = context;
	struct record decoded;

	if (decode_record(record, size, &decoded)) {
		model->capture.lost[ST_LOSS_DAMAGED]++;
		return 0;
	}
	return model_apply(model, &decoded);
}

/* A recorder that was killed has left whole blocks, but not the last of what it had. */
static void say_missing(struct model *model, struct recording_reader *reader, const char *path,
			bool has_end)
{
	if (recording_missing(reader)) {
		log_warn("%s", recording_missing(reader));
	} else if (!has_end) {
		log_warn("%s: the end is missing: its recorder was interrupted, and what it had "
			 "not written yet is lost",
			 strcmp(path, "-") ? path : "stdin");
		model->capture.lost[ST_LOSS_DAMAGED]++;
	}
	model->capture.lost[ST_LOSS_DAMAGED] += recording_damaged(reader);
}

int feed_reader(struct model *model, struct recording_reader *reader, const char *path)
{
	struct record record;
	bool has_end = false;
	int r = 0;

	while (!stop_requested() && !(r = recording_next(reader, &record))) {
		has_end |= record.header->type == ST_END;
		if ((r = model_apply(model, &record)) < 0)
			break;
	}
	say_missing(model, reader, path, has_end || r != 1);
	model_finish(model);
	return r < 0 ? r : 0;
}

int feed_recording(struct model *model, const char *path)
{
	struct recording_reader *reader;
	int r = recording_open(path, &reader);

	if (r)
		return r;
	r = feed_reader(model, reader, path);
	recording_reader_free(&reader);
	return r;
}

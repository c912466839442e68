/* SPDX-License-Identifier: BSD-2-Clause
 *
 * socktrace record: the records go to the file as they come, and nothing else is
 * done with them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/units.h"
#include "capture/recording_write.h"
#include "cmd/cmd.h"
#include "cmd/session.h"
#include "cmd/tcp_count.h"

#define FLUSH_NS 1000000000LL /* what kill -9 may cost */
#define PROGRESS_NS 500000000LL

struct recorder {
	struct recording_writer *writer;
	uint64_t events, lost;
	struct tcp_count connections;
	struct { /* of those, what is in finished blocks */
		uint64_t bytes, events, connections;
	} in_file;
	int64_t flush_ns, progress_ns; /* when due */
	bool terminal;
	const char *path;
};

/* After each write: what was counted so far is in the file once that has grown. */
static void note_written(struct recorder *recorder)
{
	uint64_t bytes = recording_bytes(recorder->writer);

	if (bytes == recorder->in_file.bytes)
		return;
	recorder->in_file.bytes = bytes;
	recorder->in_file.events = recorder->events;
	recorder->in_file.connections = recorder->connections.n;
}

static int write_record(struct recorder *recorder, const void *record, size_t size)
{
	int r = recording_write(recorder->writer, record, size);

	note_written(recorder); /* it is in the next block itself, and not counted yet */
	return r;
}

static int flush(struct recorder *recorder)
{
	int r = recording_flush(recorder->writer);

	note_written(recorder);
	return r;
}

static int on_record(void *context, const void *record, size_t size)
{
	struct recorder *recorder = context;
	const struct st_header *header = record;
	/* not before: a file that is there is not emptied for a trace that cannot begin */
	int r = recorder->writer ? 0 : recording_create(recorder->path, &recorder->writer);

	if (!r)
		r = write_record(recorder, record, size);
	if (st_is_event(header->type))
		recorder->events++;
	if (r)
		return r;
	r = tcp_count_note(&recorder->connections, record);
	if (r)
		return r;
	if (header->type == ST_LOSS) {
		const struct st_loss_record *loss = record;

		recorder->lost = 0;
		for (int i = 0; i < ST_LOSS_MAX; i++)
			recorder->lost += loss->count[i];
	}
	return 0;
}

static void print_count(const struct recorder *recorder, uint64_t events, uint64_t connections,
			uint64_t lost, const char *end)
{
	struct strbuf line strbuf_cleanup = STRBUF_INIT;

	units_count(&line, events);
	strbuf_add(&line, " events, ");
	units_count(&line, connections);
	strbuf_add(&line, " TCP connections, ");
	units_count(&line, lost);
	strbuf_add(&line, " lost, ");
	units_bytes(&line, recording_bytes(recorder->writer), UNITS_SPACED);
	fprintf(stderr, "%s%s: %s%s", recorder->terminal ? "\r\033[K" : "", recorder->path,
		strbuf_text(&line), end);
	fflush(stderr);
}

static void print_progress(const struct recorder *recorder)
{
	print_count(recorder, recorder->events, recorder->connections.n, recorder->lost, "");
}

/* What is in the file; what was seen and could not be written is lost. */
static void print_end(const struct recorder *recorder)
{
	uint64_t unwritten = recorder->events - recorder->in_file.events;

	print_count(recorder, recorder->in_file.events, recorder->in_file.connections,
		    recorder->lost + unwritten, "\n");
}

static int on_tick(void *context, int64_t now_ns)
{
	struct recorder *recorder = context;
	int r = 0;

	if (now_ns >= recorder->flush_ns) {
		recorder->flush_ns = now_ns + FLUSH_NS;
		r = flush(recorder);
	}
	if (recorder->terminal && now_ns >= recorder->progress_ns) {
		recorder->progress_ns = now_ns + PROGRESS_NS;
		print_progress(recorder);
	}
	return r;
}

int cmd_record(const struct options *options)
{
	struct recorder recorder = {.path = options->outputs.items[0].path,
				    .terminal = isatty(STDERR_FILENO)};
	struct session session = {0};
	int r = session_open(&session, options, on_record, &recorder), closed = 0;

	if (!r)
		r = session_run(&session, on_tick, &recorder);
	if (recorder.writer)
		closed = flush(&recorder);
	if (session.source)
		print_end(&recorder);
	if (recorder.writer)
		recording_close(&recorder.writer);
	tcp_count_release(&recorder.connections);
	r = session_status(&session, r ? r : closed);
	session_close(&session);
	return r;
}

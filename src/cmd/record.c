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
	int64_t flush_ns, progress_ns; /* when due */
	bool terminal;
	const char *path;
};

static int on_record(void *context, const void *record, size_t size)
{
	struct recorder *recorder = context;
	const struct st_header *header = record;
	/* not before: a file that is there is not emptied for a trace that cannot begin */
	int r = recorder->writer ? 0 : recording_create(recorder->path, &recorder->writer);

	if (r)
		return r;
	if (st_is_event(header->type))
		recorder->events++;
	r = tcp_count_note(&recorder->connections, record);
	if (r)
		return r;
	if (header->type == ST_LOSS) {
		const struct st_loss_record *loss = record;

		recorder->lost = 0;
		for (int i = 0; i < ST_LOSS_MAX; i++)
			recorder->lost += loss->count[i];
	}
	return recording_write(recorder->writer, record, size);
}

static void print_progress(const struct recorder *recorder, const char *end)
{
	struct strbuf line strbuf_cleanup = STRBUF_INIT;

	units_count(&line, recorder->events);
	strbuf_add(&line, " events, ");
	units_count(&line, recorder->connections.n);
	strbuf_add(&line, " TCP connections, ");
	units_count(&line, recorder->lost);
	strbuf_add(&line, " lost, ");
	units_bytes(&line, recording_bytes(recorder->writer), UNITS_SPACED);
	fprintf(stderr, "%s%s: %s%s", recorder->terminal ? "\r\033[K" : "", recorder->path,
		strbuf_text(&line), end);
	fflush(stderr);
}

static int on_tick(void *context, int64_t now_ns)
{
	struct recorder *recorder = context;
	int r = 0;

	if (now_ns >= recorder->flush_ns) {
		recorder->flush_ns = now_ns + FLUSH_NS;
		r = recording_flush(recorder->writer);
	}
	if (recorder->terminal && now_ns >= recorder->progress_ns) {
		recorder->progress_ns = now_ns + PROGRESS_NS;
		print_progress(recorder, "");
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
		closed = recording_flush(recorder.writer);
	if (session.source)
		print_progress(&recorder, "\n");
	if (recorder.writer)
		recording_close(&recorder.writer);
	tcp_count_release(&recorder.connections);
	r = session_status(&session, r ? r : closed);
	session_close(&session);
	return r;
}

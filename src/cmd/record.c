/* SPDX-License-Identifier: BSD-2-Clause
 *
 * socktrace record: the records go to the file as they come, and nothing else is
 * done with them.
 */
#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/pairing.h"
#include "base/units.h"
#include "capture/recording_write.h"
#include "cmd/cmd.h"
#include "cmd/session.h"

#define FLUSH_NS 1000000000LL /* what kill -9 may cost */
#define PROGRESS_NS 500000000LL

struct recorder {
	struct recording_writer *writer;
	uint64_t events, connections, lost;
	struct pairing ends; /* of connections, by their initial sequence numbers */
	int64_t flush_ns, progress_ns; /* when due */
	bool terminal;
	const char *path;
};

/* Of a connection within this host both ends become established, with the same initial sequence
 * numbers. */
static bool is_new_pair(struct recorder *recorder, bool server, uint64_t local_isn,
			uint64_t peer_isn)
{
	uint64_t pair = server ? peer_isn << 32 | local_isn : local_isn << 32 | peer_isn;

	return !pair || !pairing_meet(&recorder->ends, pair);
}

static bool is_new_connection(struct recorder *recorder, const void *record)
{
	const struct st_header *header = record;
	const struct st_state *state = record;
	const struct st_call_join *join = record;

	if (header->type == ST_STATE && state->new == TCP_ESTABLISHED)
		return is_new_pair(recorder, state->old == TCP_SYN_RECV, state->local_isn,
				   state->peer_isn);
	if (header->type == ST_CALL_JOIN && join->handshake.established_ns)
		return is_new_pair(recorder, join->call.call == ST_CALL_ACCEPT,
				   join->handshake.local_isn, join->handshake.peer_isn);
	return false;
}

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
	recorder->connections += is_new_connection(recorder, record);
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
	units_count(&line, recorder->connections);
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
	pairing_release(&recorder.ends);
	r = session_status(&session, r ? r : closed);
	session_close(&session);
	return r;
}

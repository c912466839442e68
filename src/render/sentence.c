/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the wording that live lines, flowchart and timeline have in common; knows
 * no columns.
 */
#include "render/sentence.h"

#include <assert.h>

#include "base/units.h"
#include "render/call.h"

static const char *const protocols[] = {
	[PROTOCOL_TCP] = "tcp",
	[PROTOCOL_UDP] = "udp",
	[PROTOCOL_UNIX] = "unix",
	[PROTOCOL_OTHER] = "socket",
};
static_assert(sizeof(protocols) / sizeof(*protocols) == PROTOCOL_MAX, "a protocol without a name");

const char *protocol_text(enum protocol protocol)
{
	return protocols[protocol];
}

void sentence_who(const struct style *style, const char *comm, uint32_t pid, uint32_t tid,
		  struct strbuf *out)
{
	style_name(style, comm, out);
	strbuf_add_char(out, '[');
	units_decimal(out, pid);
	if (tid && tid != pid) {
		strbuf_add_char(out, '/');
		units_decimal(out, tid);
	}
	strbuf_add_char(out, ']');
}

static bool unnamed(const struct address *address)
{
	return address->family == FAMILY_NONE ||
	       (address->family == FAMILY_UNIX && !address->path_len);
}

static bool same_ip(const struct address *a, const struct address *b)
{
	struct address without_port = *a;

	without_port.port = b->port;
	return address_equal(&without_port, b);
}

void sentence_route(const struct style *style, const struct connection *connection, bool brief,
		    struct strbuf *out)
{
	const struct address *client = &connection->client_address;
	const struct address *server = &connection->server_address;
	bool ip = server->family == FAMILY_INET || server->family == FAMILY_INET6;
	/* what never came about had no use for its own address; whom a server here turned away
	 * is another matter */
	bool client_told =
		!unnamed(client) &&
		!(brief && connection_failed(connection) && connection->client.seen &&
		  connection->established_ns == TIME_UNKNOWN);

	if (unnamed(client) && unnamed(server)) {
		strbuf_add(out, "(unnamed)");
		return;
	}
	if (client_told) {
		style_address(style, client, out);
		strbuf_add_char(out, ' ');
	}
	strbuf_add(out, style_glyph(style, GLYPH_TO));
	strbuf_add_char(out, ' ');
	if (unnamed(server)) {
		strbuf_add_char(out, '?');
	} else if (brief && ip &&
		   (connection->listener || (client_told && same_ip(client, server)))) {
		strbuf_add_char(out, ':');
		units_decimal(out, server->port);
	} else {
		style_address(style, server, out);
	}
}

static void outcome_by(const char *what, const struct connection *connection, struct strbuf *out)
{
	bool first = connection->ended_by == SIDE_CLIENT;

	strbuf_add(out, what);
	if (connection->ended_by == SIDE_NONE)
		return;
	strbuf_add(out, " by ");
	if (connection_is_pair(connection))
		strbuf_add(out, first ? "one end" : "the other end");
	else
		strbuf_add(out, first ? "client" : "server");
}

static void after_syns(const struct style *style, const struct connection *connection,
		       int64_t until_ns, struct strbuf *out)
{
	if (connection->syns)
		strbuf_printf(out, " after %u SYN%s", connection->syns,
			      connection->syns == 1 ? "" : "s");
	if (connection->syn_ns == TIME_UNKNOWN || until_ns == TIME_UNKNOWN ||
	    until_ns <= connection->syn_ns)
		return;
	strbuf_add(out, ", ");
	style_time(style, true, until_ns - connection->syn_ns, out);
}

void sentence_drop(const struct event *event, bool full, struct strbuf *out)
{
	switch ((enum drop_path)event->arg.drop.path) {
	case DROP_SYN:
	case DROP_SYN_QUEUE:
		strbuf_add(out, "SYN dropped");
		break;
	case DROP_ACK:
		strbuf_add(out, "ACK dropped");
		break;
	default:
		strbuf_add(out, "dropped");
	}
	if (full && event->arg.drop.path == DROP_SYN_QUEUE)
		strbuf_add(out, ", SYN queue full");
	else if (full)
		strbuf_printf(out, ", queue %u of %u", event->arg.drop.depth,
			      event->arg.drop.limit);
}

void sentence_retries(const struct style *style, const struct connection *connection,
		      struct strbuf *out)
{
	if (connection->syns > 1) {
		strbuf_add(out, "got in");
		after_syns(style, connection, connection->established_ns, out);
	} else {
		strbuf_printf(out, "got in after %u dropped ACK%s", connection->turned_away,
			      connection->turned_away == 1 ? "" : "s");
	}
}

void sentence_outcome(const struct style *style, const struct connection *connection,
		      struct strbuf *out)
{
	switch ((enum outcome)connection->outcome) {
	case OUTCOME_OPEN:
		strbuf_add(out, "still open");
		break;
	case OUTCOME_CLOSED:
		outcome_by("closed", connection, out);
		break;
	case OUTCOME_RESET:
		outcome_by("reset", connection, out);
		break;
	case OUTCOME_REFUSED:
		strbuf_add(out, "refused");
		break;
	case OUTCOME_TIMED_OUT:
		strbuf_add(out, "timed out");
		if (connection->established_ns == TIME_UNKNOWN)
			after_syns(style, connection, connection->end_ns, out);
		break;
	case OUTCOME_DROPPED:
		strbuf_add(out, "dropped");
		after_syns(style, connection, connection->end_ns, out);
		break;
	case OUTCOME_RESET_IN_QUEUE:
		strbuf_add(out, "reset in the accept queue");
		break;
	case OUTCOME_NEVER_ACCEPTED:
		strbuf_add(out, "never accepted");
		break;
	case OUTCOME_FAILED:
		strbuf_add(out, "failed");
		if (connection->err) {
			strbuf_add(out, ": ");
			errno_print(connection->err, out);
		}
		break;
	case OUTCOME_UNKNOWN:
	case OUTCOME_MAX:
		strbuf_add(out, "end not seen");
		break;
	}
}

/* What one side got, by whichever end was seen. */
static uint64_t bytes_between(const struct end *from, const struct end *to)
{
	return to->seen && to->bytes_received > from->bytes_sent ? to->bytes_received
	       : from->seen                                      ? from->bytes_sent
								 : to->bytes_received;
}

void sentence_bytes(const struct style *style, const struct connection *connection,
		    struct strbuf *out)
{
	uint64_t to_server = bytes_between(&connection->client, &connection->server);
	uint64_t to_client = bytes_between(&connection->server, &connection->client);
	bool pair = connection_is_pair(connection);

	if (!to_server && !to_client) {
		strbuf_add(out, connection_exact(connection) ? "no data" : "bytes not known");
		return;
	}
	if (!connection_exact(connection))
		strbuf_add(out, "at least ");
	if (to_server) {
		style_bytes(style, to_server, out);
		strbuf_add(out, pair ? " to the other end" : " to the server");
	}
	if (to_server && to_client)
		strbuf_add(out, ", ");
	if (to_client) {
		style_bytes(style, to_client, out);
		strbuf_add(out, pair ? " to the one end" : " to the client");
	}
}

/* What helps against each way to lose events. */
static const char *const remedies[] = {
	[ST_LOSS_CALL] = "a larger --buffer holds more",
	[ST_LOSS_STATE] = "a larger --buffer holds more",
	[ST_LOSS_DATA] = "a larger --buffer holds more",
	[ST_LOSS_PROCESS] = "a larger --buffer holds more",
	[ST_LOSS_SOCKET_MAP] = "too many sockets at once: trace fewer processes or ports",
	[ST_LOSS_THREAD_MAP] = "too many threads at once: trace fewer processes",
	[ST_LOSS_RECURSION] = "the kernel skipped a probe that interrupted itself",
	[ST_LOSS_DAMAGED] = "the recording is damaged",
};
static_assert(sizeof(remedies) / sizeof(*remedies) == ST_LOSS_MAX, "a loss without a remedy");

void sentence_completeness(const struct style *style, const struct capture *capture,
			   struct strbuf *out)
{
	const char *remedy = NULL, *separator = " (";
	uint64_t lost = capture_lost(capture);

	style_paint(style, lost ? PAINT_FAIL : PAINT_DIM, out);
	strbuf_add(out, lost ? "incomplete: " : "complete: ");
	units_count(out, capture->events);
	strbuf_add(out, capture->events == 1 ? " event, " : " events, ");
	if (!lost)
		strbuf_add(out, "none");
	else
		units_count(out, lost);
	strbuf_add(out, " lost");
	for (int i = 0; i < ST_LOSS_MAX; i++) {
		if (!capture->lost[i])
			continue;
		strbuf_printf(out, "%s%s ", separator, loss_name(i));
		units_count(out, capture->lost[i]);
		separator = ", ";
		remedy = remedy ? remedy : remedies[i];
	}
	if (remedy)
		strbuf_printf(out, "): %s", remedy);
	style_paint(style, PAINT_NONE, out);
}

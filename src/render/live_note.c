/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns which connections have been introduced. Does not know what the call was.
 */
#include "render/live_note.h"

#include "base/units.h"
#include "render/sentence.h"

/* The fd of the call has said what it is. */
static bool names_fd(const struct live *live, const struct subject *subject)
{
	return live->options.fds && event_is_call(subject->event->name) && subject->event->fd >= 0;
}

/* Says which connection it is; the first time also between whom. False: known by now. */
static bool note_connection(struct live *live, const struct subject *subject, struct strbuf *out)
{
	const struct connection *connection = subject->connection;
	uint64_t *introduced = &live->introduced[connection->id % LIVE_REMEMBERED];

	strbuf_add_char(out, '#');
	units_decimal(out, connection->id);
	if (*introduced == connection->id)
		return false;
	*introduced = connection->id;
	if (names_fd(live, subject))
		return false;
	strbuf_add_char(out, ' ');
	/* accept() names its listener: what there is to say is who came */
	if (subject->event->name == EVENT_ACCEPT && live->style.width < 100 &&
	    connection->client_address.port)
		style_address(&live->style, &connection->client_address, out);
	else
		sentence_route(&live->style, connection, true, out);
	return true;
}

static void note_wait(const struct live *live, const struct connection *connection, bool brief,
		      struct strbuf *out)
{
	bool slow = connection->accept_wait_ns >= LONG_CALL_NS;

	if (connection->accept_wait_ns == TIME_UNKNOWN)
		return;
	strbuf_add_char(out, ' ');
	if (slow)
		style_paint(&live->style, PAINT_WAIT, out);
	strbuf_add(out, "waited ");
	style_time(&live->style, false, connection->accept_wait_ns, out);
	if (!brief)
		strbuf_add(out, " in the queue");
	if (slow)
		style_paint(&live->style, PAINT_NONE, out);
}

/* It had been turned away before: how long that has cost it. */
static void note_retries(const struct live *live, const struct connection *connection,
			 struct strbuf *out)
{
	if (!connection->turned_away || live->style.width < 100)
		return;
	strbuf_add(out, ", ");
	style_paint(&live->style, PAINT_WAIT, out);
	sentence_retries(&live->style, connection, out);
	style_paint(&live->style, PAINT_NONE, out);
}

/* Whom the listener answers: there is no connection yet. */
static void note_client(const struct style *style, const struct address *client,
			const struct address *listener, struct strbuf *out)
{
	style_address(style, client, out);
	strbuf_printf(out, " %s ", style_glyph(style, GLYPH_TO));
	if (style->width < 100)
		strbuf_printf(out, ":%u", listener->port);
	else
		style_address(style, listener, out);
}

/* One of no connection, such as a UDP server's, where it has a name. */
static void note_socket(const struct style *style, const struct socket *socket, struct strbuf *out)
{
	const struct address *local = &socket->local;

	if (!local->port && !local->path_len)
		return;
	strbuf_printf(out, "%s ", protocol_text(socket->protocol));
	style_address(style, local, out);
}

void live_note(struct live *live, const struct subject *subject, struct strbuf *out)
{
	const struct event *event = subject->event;
	const struct style *style = &live->style;

	if (subject->connection) {
		bool introduced = note_connection(live, subject, out);

		if (event->name == EVENT_ACCEPT) {
			note_wait(live, subject->connection,
				  live->options.fds ? style->width < 120
						    : style->width < (introduced ? 100 : 80),
				  out);
			note_retries(live, subject->connection, out);
		}
	} else if (event->name == EVENT_LISTEN && subject->listener) {
		if (!names_fd(live, subject)) {
			strbuf_printf(out, "%s ", protocol_text(subject->listener->protocol));
			style_address(style, &subject->listener->address, out);
			strbuf_add(out, ", ");
		}
		strbuf_add(out, "backlog ");
		units_decimal(out, event->arg.listen.effective);
	} else if (subject->listener && event->name == EVENT_SYNACK_RETRANSMIT) {
		note_client(style, &event->arg.name.address, &subject->listener->address, out);
	} else if (subject->listener && !names_fd(live, subject)) {
		style_address(style, &subject->listener->address, out);
	} else if (event->name == EVENT_CONNECT && event->arg.name.address.family != FAMILY_NONE &&
		   style->width < 120) {
		style_address(style, &event->arg.name.address, out);
	} else if (event->name == EVENT_CLOSE && subject->socket && !names_fd(live, subject)) {
		note_socket(style, subject->socket, out);
	}
}

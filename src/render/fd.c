/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the wording between the brackets; of calls it knows only where they have fds.
 */
#include "render/fd.h"

#include <errno.h>
#include <string.h>

#include "render/sentence.h"
#include "render/text.h"

#define BRIEF_PATH 16 /* columns */

static bool is_unnamed(const struct address *address)
{
	if (address->family == FAMILY_UNIX)
		return !address->path_len;
	return address->family == FAMILY_NONE || !address->port;
}

static void add_path(const struct style *style, const struct address *address, bool brief,
		     struct strbuf *out)
{
	struct strbuf plain strbuf_cleanup = STRBUF_INIT, safe strbuf_cleanup = STRBUF_INIT;

	style_address(style, address, &plain);
	for (const char *at = strbuf_text(&plain); *at; at++)
		if (*at == '<' || *at == '>')
			strbuf_printf(&safe, "\\x%02x", *at);
		else
			strbuf_add_char(&safe, *at);
	text_clip_left(out, strbuf_text(&safe), brief ? BRIEF_PATH : SIZE_MAX,
		       style_glyph(style, GLYPH_ELLIPSIS));
}

/* "tcp", "tcp 0.0.0.0:8088", "unix /run/a.sock" */
static void add_named(const struct style *style, enum protocol protocol,
		      const struct address *address, bool brief, struct strbuf *out)
{
	strbuf_add(out, protocol_text(protocol));
	if (is_unnamed(address))
		return;
	strbuf_add_char(out, ' ');
	if (address->family == FAMILY_UNIX)
		add_path(style, address, brief, out);
	else
		style_address(style, address, out);
}

/* Where the client has no name, or none that matters: "tcp → 10.0.0.9:81". */
static void add_route(const struct style *style, const struct connection *connection,
		      struct strbuf *out)
{
	struct strbuf route strbuf_cleanup = STRBUF_INIT;
	const char *arrow = style_glyph(style, GLYPH_TO);

	sentence_route(style, connection, true, &route);
	if (!strncmp(strbuf_text(&route), arrow, strlen(arrow)))
		strbuf_printf(out, "%s ", protocol_text(connection->protocol));
	strbuf_add(out, strbuf_text(&route));
}

/* "unix → /run/a.sock" */
static void add_connection(const struct style *style, const struct connection *connection,
			   bool brief, struct strbuf *out)
{
	if (connection->protocol != PROTOCOL_UNIX) {
		add_route(style, connection, out);
		return;
	}
	add_named(style, PROTOCOL_UNIX, &connection->client_address, brief, out);
	if (is_unnamed(&connection->server_address))
		return;
	strbuf_printf(out, " %s ", style_glyph(style, GLYPH_TO));
	add_path(style, &connection->server_address, brief, out);
}

/* ":8088", or the path alone. */
static void add_briefly(const struct style *style, const struct listener *listener,
			struct strbuf *out)
{
	if (is_unnamed(&listener->address))
		strbuf_add(out, protocol_text(listener->protocol));
	else if (listener->protocol == PROTOCOL_UNIX)
		add_path(style, &listener->address, true, out);
	else
		strbuf_printf(out, ":%u", listener->address.port);
}

static bool makes_sockets(const struct event *event)
{
	return event->name == EVENT_SOCKET || event->name == EVENT_SOCKETPAIR;
}

/* No socket is behind that fd. */
static bool is_none(const struct event *event)
{
	return event->err == EBADF || event->err == ENOTSOCK;
}

void fd_argument(const struct style *style, const struct subject *subject, bool brief,
		 struct strbuf *out)
{
	const struct event *event = subject->event;
	bool accepts = event->name == EVENT_ACCEPT;

	if (event->fd < 0 || makes_sockets(event) || is_none(event))
		return;
	if (subject->connection && !accepts)
		add_connection(style, subject->connection, brief, out);
	else if (subject->listener && accepts && brief)
		add_briefly(style, subject->listener, out);
	else if (subject->listener)
		add_named(style, subject->listener->protocol, &subject->listener->address, brief,
			  out);
	else if (subject->socket && event->name == EVENT_BIND) /* the address stands beside */
		strbuf_add(out, protocol_text(subject->socket->protocol));
	else if (subject->socket && !subject->connection)
		add_named(style, subject->socket->protocol, &subject->socket->local, brief, out);
}

void fd_result(const struct style *style, const struct subject *subject, bool brief,
	       struct strbuf *out)
{
	const struct connection *connection = subject->connection;

	if (subject->event->err)
		return;
	/* socketpair() says AF_UNIX itself: where there is little room, that is enough */
	if (subject->socket && (subject->event->name == EVENT_SOCKET ||
				(subject->event->name == EVENT_SOCKETPAIR && !brief)))
		strbuf_add(out, protocol_text(subject->socket->protocol));
	if (subject->event->name != EVENT_ACCEPT || !connection)
		return;
	if (connection->client_address.port)
		style_address(style, &connection->client_address, out);
	else if (subject->listener)
		add_named(style, connection->protocol, &connection->client_address, brief, out);
	else
		add_connection(style, connection, brief, out);
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns how a lone socket is written.
 */
#include "render/json_socket.h"

#include <errno.h>

#include "model/connection.h"
#include "render/json_event.h"
#include "render/json_names.h"

/* Whether the last thing it was told to do, besides to go away, did not work. */
static bool socket_failed(const struct socket *socket)
{
	const struct events *events = &socket->events;

	for (size_t i = events->len; i--;) {
		const struct event *event = &events->items[i];

		if (event->name != EVENT_CLOSE)
			return event->err && event->err != EAGAIN && event->err != EINTR &&
			       event->err != EINPROGRESS;
	}
	return false;
}

static enum outcome socket_outcome(const struct socket *socket)
{
	if (socket_failed(socket))
		return OUTCOME_FAILED;
	return socket->open ? OUTCOME_OPEN : OUTCOME_CLOSED;
}

void json_socket(struct json *json, enum json_form form, const struct socket *socket)
{
	json_open(json, form, "socket");
	json_member_id(json, "id", socket->id);
	json_member_string(json, "protocol", json_protocol(socket->protocol));
	json_member_string(json, "family", json_family(socket->family));
	json_member_string(json, json_type_key(form), json_sock_type(socket->type));
	json_member_process(json, "process", socket->process);
	json_member_fd(json, "fd", socket->fd);
	json_member_string(json, "outcome", outcome_text(socket_outcome(socket)));
	json_member_events(json, &socket->events);
	json_object_end(json);
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the names of events. Knows nothing of who caused one.
 */
#include "model/event.h"

#include <assert.h>

static const char *const names[] = {
	[EVENT_SOCKET] = "socket",
	[EVENT_SOCKETPAIR] = "socketpair",
	[EVENT_BIND] = "bind",
	[EVENT_LISTEN] = "listen",
	[EVENT_ACCEPT] = "accept",
	[EVENT_CONNECT] = "connect",
	[EVENT_SEND] = "send",
	[EVENT_RECV] = "recv",
	[EVENT_SHUTDOWN] = "shutdown",
	[EVENT_CLOSE] = "close",
	[EVENT_SYN] = "syn",
	[EVENT_ESTABLISHED] = "established",
	[EVENT_SYNACK_RETRANSMIT] = "synack_retransmit",
	[EVENT_RETRANSMIT] = "retransmit",
	[EVENT_DROP] = "drop",
	[EVENT_RESET] = "reset",
	[EVENT_FIN] = "fin",
};

static_assert(sizeof(names) / sizeof(*names) == EVENT_NAME_MAX, "every event has a name");

bool event_is_call(enum event_name name)
{
	return name <= EVENT_CLOSE;
}

bool event_is_data(enum event_name name)
{
	return name == EVENT_SEND || name == EVENT_RECV;
}

bool event_is_run(const struct event *event)
{
	return event_is_data(event->name) && !event->arg.data.call;
}

bool event_moved(const struct event *event)
{
	return event_is_run(event) && event->bytes;
}

int64_t event_end_ns(const struct event *event)
{
	return event->duration_ns == TIME_UNKNOWN ? event->t_ns : event->t_ns + event->duration_ns;
}

const char *event_name_text(enum event_name name)
{
	return name < EVENT_NAME_MAX ? names[name] : "?";
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns how an event and the arguments of each kind are written.
 */
#include "render/json_event.h"

#include "model/listener.h"
#include "render/json_address.h"
#include "render/json_form.h"
#include "render/json_names.h"

static void json_arg_socket(struct json *json, const struct event *event)
{
	json_key(json, "domain");
	json_domain(json, event->arg.socket.domain);
	json_key(json, "type");
	json_type(json, event->arg.socket.type);
	json_key(json, "flags");
	json_flags(json, event->arg.socket.type);
	json_member_int(json, "protocol", event->arg.socket.protocol);
	if (event->name != EVENT_SOCKETPAIR)
		return;
	json_member_array(json, "fds");
	if (!event->err) {
		json_int(json, event->fd);
		json_int(json, event->arg.socket.fd2);
	}
	json_array_end(json);
}

static void json_arg_name(struct json *json, const struct address *address)
{
	json_member_string(json, "family", json_family(address->family));
	json_address_members(json, address);
}

static void json_arg_queue(struct json *json, bool known, uint32_t depth, uint32_t limit)
{
	if (known) {
		json_member_uint(json, "depth", depth);
		json_member_uint(json, "limit", limit);
	} else {
		json_member_null(json, "depth");
		json_member_null(json, "limit");
	}
}

static void json_event_args(struct json *json, const struct event *event)
{
	json_member_object(json, "args");
	switch (event->name) {
	case EVENT_SOCKET:
	case EVENT_SOCKETPAIR:
		json_arg_socket(json, event);
		break;
	case EVENT_BIND:
	case EVENT_CONNECT:
	case EVENT_SYNACK_RETRANSMIT:
		json_arg_name(json, &event->arg.name.address);
		break;
	case EVENT_LISTEN:
		json_member_int(json, "backlog", event->arg.listen.requested);
		json_member_uint(json, "effective", event->arg.listen.effective);
		break;
	case EVENT_ACCEPT:
		json_key(json, "flags");
		json_flags(json, event->arg.accept.flags);
		json_arg_queue(json, event->arg.accept.queue_known, event->arg.accept.depth,
			       event->arg.accept.limit);
		break;
	case EVENT_ESTABLISHED:
		if (event->side == SIDE_SERVER)
			json_arg_queue(json, event->arg.queue.known, event->arg.queue.depth,
				       event->arg.queue.limit);
		break;
	case EVENT_DROP:
		json_member_string(json, "path", drop_path_text(event->arg.drop.path));
		json_member_uint(json, "depth", event->arg.drop.depth);
		json_member_uint(json, "limit", event->arg.drop.limit);
		break;
	case EVENT_SEND:
	case EVENT_RECV:
		if (event_is_run(event))
			break;
		json_member_string(json, "call", json_data_call(event->arg.data.call));
		json_member_bool(json, "peek", event->arg.data.peek);
		break;
	case EVENT_SHUTDOWN:
		json_key(json, "how");
		json_how(json, event->arg.how);
		break;
	case EVENT_CLOSE:
		json_member_bool(json, "last", event->last);
		break;
	case EVENT_RESET:
		json_member_bool(json, "sent", event->ret == 1);
		break;
	}
	json_object_end(json);
}

/* A socket that went without a close() was let go by the kernel. */
static bool event_has_call(const struct event *event)
{
	return event_is_call(event->name) && !(event->name == EVENT_CLOSE && event->fd < 0);
}

/* What the call returned. A run of several returned several things. */
static void json_member_ret(struct json *json, const struct event *event)
{
	bool run = event_is_run(event) && !event->err;

	json_key(json, "ret");
	if (!event_has_call(event) || (run && event->count != 1))
		json_null(json);
	else if (run)
		json_uint(json, event->bytes);
	else
		json_int(json, event->ret);
}

void json_event_members(struct json *json, const struct event *event)
{
	bool call = event_has_call(event);

	json_member_time(json, "t_ns", event->t_ns);
	json_member_string(json, "side", json_side(event->side));
	json_member_string(json, "source", call ? "call" : "kernel");
	json_member_string(json, "name", event_name_text(event->name));
	json_member_known(json, "pid", event->pid);
	json_member_known(json, "tid", event->tid);
	json_member_fd(json, "fd", event->fd);
	json_member_ret(json, event);
	json_key(json, "errno");
	json_errno(json, event->err);
	json_member_time(json, "duration_ns", call ? event->duration_ns : TIME_UNKNOWN);
	if (event_is_data(event->name)) {
		json_member_uint(json, "count", event->count);
		json_member_uint(json, "bytes", event->bytes);
	} else {
		json_member_null(json, "count");
		json_member_null(json, "bytes");
	}
	json_event_args(json, event);
}

void json_member_events(struct json *json, const struct events *events)
{
	json_member_array(json, "events");
	vec_each (event, events) {
		json_object(json);
		json_event_members(json, event);
		json_object_end(json);
	}
	json_array_end(json);
}

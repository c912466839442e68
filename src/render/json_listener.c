/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns how a listener is written, with null for all that is not measured.
 */
#include "render/json_listener.h"

#include <errno.h>

#include "analyze/latency.h"
#include "render/json_address.h"
#include "render/json_event.h"
#include "render/json_names.h"

/* -1 is "not seen", but also what a program may ask for in the listen() we saw. */
static void json_member_requested(struct json *json, const struct listener *listener,
				  int64_t requested)
{
	json_key(json, "requested");
	if (requested == -1 && listener->from_snapshot)
		json_null(json);
	else
		json_int(json, requested);
}

static void json_backlog(struct json *json, const struct listener *listener)
{
	json_member_object(json, "backlog");
	json_member_requested(json, listener, listener->requested);
	json_member_uint(json, "effective", listener->effective);
	json_member_known(json, "somaxconn", listener->somaxconn);
	json_object_end(json);
	json_member_array(json, "backlog_changes");
	vec_each(change, &listener->backlog_changes) {
		json_object(json);
		json_member_time(json, "t_ns", change->t_ns);
		json_member_requested(json, listener, change->requested);
		json_member_uint(json, "effective", change->effective);
		json_object_end(json);
	}
	json_array_end(json);
}

static void json_queues(struct json *json, const struct listener *listener)
{
	json_member_object(json, "queue");
	json_member_uint(json, "depth_max", listener->depth_max);
	json_member_array(json, "samples");
	vec_each(sample, &listener->samples) {
		json_array(json);
		json_time(json, sample->t_ns);
		json_uint(json, sample->depth);
		json_array_end(json);
	}
	json_array_end(json);
	json_object_end(json);
	json_member_object(json, "syn_queue");
	json_member_null(json, "depth_max");
	json_object_end(json);
}

/* What the kernel refused is not measured: null, not 0. */
static void json_refusals(struct json *json, const struct listener *listener)
{
	static const char *const drops[] = {"syn", "ack", "syn_queue", "other"};

	json_member_object(json, "drops");
	for (size_t i = 0; i < sizeof(drops) / sizeof(drops[0]); i++)
		json_member_null(json, drops[i]);
	json_object_end(json);
	json_member_null(json, "cookies_sent");
	if (listener->protocol == PROTOCOL_UNIX) {
		json_member_object(json, "unix");
		json_member_uint(json, "blocked", listener->unix_blocked);
		json_member_uint(json, "eagain", listener->unix_eagain);
		json_object_end(json);
	} else {
		json_member_null(json, "unix");
	}
	json_member_null(json, "residue");
	json_member_array(json, "dropped_peers");
	json_array_end(json);
}

static void json_waits(struct json *json, const struct listener *listener)
{
	struct latency waits;

	if (latency_of(listener->waits.items, listener->waits.len, &waits)) {
		json_fail(json, -ENOMEM);
		return;
	}
	json_member_object(json, "accept_wait_ns");
	json_member_time(json, "p50", waits.p50);
	json_member_time(json, "p90", waits.p90);
	json_member_time(json, "p99", waits.p99);
	json_member_time(json, "max", waits.max);
	json_object_end(json);
}

static void json_owners(struct json *json, const struct listener *listener)
{
	json_member_array(json, "owners");
	vec_each(owner, &listener->owners) {
		json_object(json);
		json_member_process(json, "process", owner->process);
		json_member_fd(json, "fd", owner->fd);
		json_object_end(json);
	}
	json_array_end(json);
}

void json_listener(struct json *json, enum json_form form, const struct listener *listener)
{
	json_open(json, form, "listener");
	json_member_id(json, "id", listener->id);
	json_member_string(json, "protocol", json_protocol(listener->protocol));
	json_member_string(json, "family", json_family(listener->family));
	json_address_members(json, &listener->address);
	json_member_known(json, "netns", listener->netns);
	json_owners(json, listener);
	json_member_string(json, "known_from", listener->from_snapshot ? "snapshot" : "listen");
	json_backlog(json, listener);
	json_member_null(json, "reuseport_group");
	json_member_null(json, "defer_accept");
	json_member_time(json, "opened_ns", listener->opened_ns);
	json_member_time(json, "closed_ns", listener->closed_ns);
	json_queues(json, listener);
	json_member_uint(json, "arrivals", listener->arrivals);
	json_member_uint(json, "accepted", listener->accepted);
	json_refusals(json, listener);
	json_waits(json, listener);
	json_member_events(json, &listener->events);
	json_object_end(json);
}

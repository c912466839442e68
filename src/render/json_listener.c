/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns how a listener is written, with null for all that is not measured.
 */
#include "render/json_listener.h"

#include <errno.h>

#include "analyze/latency.h"
#include "analyze/residue.h"
#include "render/json_address.h"
#include "render/json_event.h"
#include "render/json_names.h"

static void json_member_requested(struct json *json, int64_t requested)
{
	json_key(json, "requested");
	if (requested == REQUESTED_UNKNOWN)
		json_null(json);
	else
		json_int(json, requested);
}

static void json_backlog(struct json *json, const struct listener *listener)
{
	json_member_object(json, "backlog");
	json_member_requested(json, listener->requested);
	json_member_uint(json, "effective", listener->effective);
	json_member_known(json, "somaxconn", listener->somaxconn);
	json_object_end(json);
	json_member_array(json, "backlog_changes");
	vec_each (change, &listener->backlog_changes) {
		json_object(json);
		json_member_time(json, "t_ns", change->t_ns);
		json_member_requested(json, change->requested);
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
	vec_each (sample, &listener->samples) {
		json_array(json);
		json_time(json, sample->t_ns);
		json_uint(json, sample->depth);
		json_array_end(json);
	}
	json_array_end(json);
	json_object_end(json);
	json_member_object(json, "syn_queue");
	if (listener->readings.len || listener->drop_list.len)
		json_member_uint(json, "depth_max", listener->syn_queue_max);
	else
		json_member_null(json, "depth_max");
	json_object_end(json);
}

/* Who only reads does not see who comes: null, not 0. */
static void json_seen_count(struct json *json, bool unseen, const char *key, uint64_t count)
{
	if (unseen)
		json_member_null(json, key);
	else
		json_member_uint(json, key, count);
}

/* Where nothing can see such drops: null, not 0. */
static void json_drop_count(struct json *json, const struct listener *listener, enum drop_path path,
			    const char *key, uint64_t count)
{
	if (listener->drops_seen >> path & 1)
		json_member_uint(json, key, count);
	else
		json_member_null(json, key);
}

static void json_dropped_peer(struct json *json, const struct dropped_peer *peer)
{
	bool connected = peer->connected_ns != TIME_UNKNOWN;

	json_object(json);
	json_member_ip(json, "address", &peer->address);
	json_member_port(json, "port", &peer->address);
	json_member_uint(json, "syns", peer->syns);
	json_member_time(json, "first_ns", peer->first_ns);
	json_member_time(json, "last_ns", peer->last_ns);
	json_member_string(json, "outcome", connected ? "connected" : "dropped");
	json_member_time(json, "connected_ns", peer->connected_ns);
	json_member_id(json, "connection", peer->connection);
	json_object_end(json);
}

static void json_unix_client(struct json *json, const struct unix_client *client)
{
	const struct process *process = client->process;

	json_object(json);
	json_member_process(json, "process", process);
	json_member_known(json, "pid", process ? process->pid : 0);
	json_member_string(json, "comm", process ? process_comm(process) : NULL);
	json_member_known(json, "tid", client->tid);
	json_member_time(json, "since_ns", client->since_ns);
	json_member_time(json, "until_ns", client->until_ns);
	json_member_uint(json, "eagain", client->eagain);
	json_member_bool(json, "got_in", client->got_in);
	json_object_end(json);
}

static void json_unix(struct json *json, const struct listener *listener)
{
	json_member_object(json, "unix");
	json_member_uint(json, "blocked", listener->unix_blocked);
	json_member_uint(json, "eagain", listener->unix_eagain);
	json_member_array(json, "clients");
	vec_each (client, &listener->unix_clients)
		json_unix_client(json, client);
	json_array_end(json);
	json_object_end(json);
}

static void json_sk_drops(struct json *json, const struct listener *listener)
{
	size_t n = listener->readings.len;

	if (n && listener->protocol != PROTOCOL_UNIX)
		json_member_uint(json, "sk_drops", listener->readings.items[n - 1].sk_drops);
	else
		json_member_null(json, "sk_drops");
}

static void json_residue(struct json *json, const struct listener *listener,
			 const struct model *model)
{
	int64_t residue;

	if (model && residue_of(model, listener, &residue))
		json_member_int(json, "residue", residue);
	else
		json_member_null(json, "residue");
}

static void json_refusals(struct json *json, const struct listener *listener,
			  const struct model *model)
{
	const struct drops *drops = &listener->drops;

	json_member_object(json, "drops");
	json_drop_count(json, listener, DROP_SYN, "syn", drops->syn);
	json_drop_count(json, listener, DROP_ACK, "ack", drops->ack);
	json_drop_count(json, listener, DROP_SYN_QUEUE, "syn_queue", drops->syn_queue);
	json_drop_count(json, listener, DROP_OTHER, "other", drops->other);
	json_object_end(json);
	json_drop_count(json, listener, DROP_COOKIE, "cookies_sent", listener->cookies_sent);
	if (listener->protocol == PROTOCOL_UNIX && !listener->polled)
		json_unix(json, listener);
	else
		json_member_null(json, "unix");
	json_residue(json, listener, model);
	json_sk_drops(json, listener);
	json_member_array(json, "dropped_peers");
	vec_each (peer, &listener->dropped_peers)
		json_dropped_peer(json, peer);
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

static void json_defer_accept(struct json *json, const struct listener *listener)
{
	if (listener->readings.len && !listener->defer_accept_unknown)
		json_member_uint(json, "defer_accept", listener->defer_accept_s);
	else
		json_member_null(json, "defer_accept");
}

static void json_owners(struct json *json, const struct listener *listener)
{
	json_member_array(json, "owners");
	vec_each (owner, &listener->owners) {
		json_object(json);
		json_member_process(json, "process", owner->process);
		json_member_fd(json, "fd", owner->fd);
		json_object_end(json);
	}
	json_array_end(json);
}

void json_listener(struct json *json, enum json_form form, const struct listener *listener,
		   const struct model *model)
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
	json_member_id(json, "reuseport_group", listener->group);
	json_defer_accept(json, listener);
	json_member_time(json, "opened_ns", listener->opened_ns);
	json_member_time(json, "closed_ns", listener->closed_ns);
	json_queues(json, listener);
	json_seen_count(json, listener->polled, "arrivals", listener->arrivals);
	json_seen_count(json, listener->polled || listener->accepts_untold, "accepted",
			listener->accepted);
	json_refusals(json, listener, model);
	json_waits(json, listener);
	json_member_events(json, &listener->events);
	json_object_end(json);
}

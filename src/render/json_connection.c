/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns how a connection and its ends are written.
 */
#include "render/json_connection.h"

#include <inttypes.h>
#include <string.h>

#include "render/json_address.h"
#include "render/json_event.h"
#include "render/json_names.h"

/* counted: data was looked at; else no sum is known, not even 0 */
static void json_member_bytes(struct json *json, const char *key, uint64_t bytes, bool counted)
{
	json_key(json, key);
	if (counted)
		json_uint(json, bytes);
	else
		json_null(json);
}

static void json_end(struct json *json, const char *key, const struct end *end,
		     enum protocol protocol, bool counted)
{
	struct address local = end->local;

	if (protocol == PROTOCOL_UNIX && local.family == FAMILY_NONE)
		local.family = FAMILY_UNIX; /* without a name */
	if (!end->seen) {
		json_member_null(json, key);
		return;
	}
	json_member_object(json, key);
	json_member_process(json, "process", end->process);
	json_member_known(json, "pid", end->process ? end->process->pid : 0);
	json_member_string(json, "comm", end->comm[0] ? end->comm : NULL);
	json_member_fd(json, "fd", end->fd);
	json_member_known(json, "netns", end->netns);
	json_address_members(json, &local);
	json_member_ip(json, "peer_address", &end->peer);
	json_member_port(json, "peer_port", &end->peer);
	json_member_bytes(json, "bytes_sent", end->bytes_sent, counted);
	json_member_bytes(json, "bytes_received", end->bytes_received, counted);
	json_object_end(json);
}

/* It came no further than to the listener: nobody has it. */
static void json_server_of_listener(struct json *json, const struct connection *connection,
				    bool counted)
{
	struct end end = {
		.seen = true,
		.fd = -1,
		.netns = connection->listener->netns,
		.local = connection->server_address,
		.peer = connection->client_address,
	};

	json_end(json, "server", &end, connection->protocol, counted);
}

static void json_pair(struct json *json, const struct connection *connection)
{
	json_key(json, "pair");
	if (connection->has_pair)
		json_printf(json, "%08" PRIx32 "-%08" PRIx32, (uint32_t)(connection->pair >> 32),
			    (uint32_t)connection->pair);
	else
		json_null(json);
}

static void json_connection_times(struct json *json, const struct connection *connection)
{
	json_member_time(json, "start_ns", connection->start_ns);
	json_member_time(json, "syn_ns", connection->syn_ns);
	json_member_time(json, "established_ns", connection->established_ns);
	json_member_time(json, "accepted_ns", connection->accepted_ns);
	json_member_time(json, "end_ns", connection->end_ns);
	json_member_time(json, "connect_ns", connection->connect_ns);
	json_member_time(json, "accept_wait_ns", connection->accept_wait_ns);
}

void json_connection(struct json *json, enum json_form form, const struct connection *connection,
		     const struct capture *capture)
{
	bool counted = strcmp(capture->data_mode, "off") != 0;

	json_open(json, form, "connection");
	json_member_id(json, "id", connection->id);
	json_pair(json, connection);
	json_member_string(json, "protocol", json_protocol(connection->protocol));
	json_member_string(json, "family", json_family(connection->family));
	json_member_string(json, json_type_key(form), json_sock_type(connection->type));
	json_member_id(json, "listener", connection->listener ? connection->listener->id : 0);
	json_member_string(json, "roles", connection->roles_inferred ? "inferred" : "observed");
	json_end(json, "client", &connection->client, connection->protocol, counted);
	if (connection->outcome == OUTCOME_DROPPED && connection->listener)
		json_server_of_listener(json, connection, counted);
	else
		json_end(json, "server", &connection->server, connection->protocol, counted);
	json_member_string(json, "outcome", outcome_text(connection->outcome));
	json_member_string(json, "ended_by", json_side(connection->ended_by));
	json_connection_times(json, connection);
	json_member_known(json, "syns", connection->syns);
	json_member_bool(json, "seen_from_start", connection->seen_from_start);
	json_member_bool(json, "lossless", connection->lossless);
	json_member_bool(json, "exact", counted && connection_exact(connection));
	json_member_events(json, &connection->events);
	json_object_end(json);
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A connection within this host is one, though both of its ends are told of.
 */
#include "cmd/tcp_count.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

/* Both ends become established with the same initial sequence numbers. */
static bool is_new_pair(struct tcp_count *count, bool server, uint64_t local_isn, uint64_t peer_isn)
{
	uint64_t pair = server ? peer_isn << 32 | local_isn : local_isn << 32 | peer_isn;

	return !pair || !pairing_meet(&count->ends, pair);
}

/* The same for both ends. */
static uint64_t addresses_key(const struct st_sock *s)
{
	return hash_bytes(s->local, sizeof(s->local), s->local_port) +
	       hash_bytes(s->peer, sizeof(s->peer), s->peer_port);
}

static int note_seen(struct tcp_count *count, const struct st_seen *seen)
{
	const struct st_sock *s = &seen->sock;
	bool is_first_use = seen->fd < 0 && !seen->listener; /* told once; may come for ever */
	uint64_t key = addresses_key(s);

	if (s->protocol != IPPROTO_TCP || !s->peer_port || s->state == TCP_CLOSE || seen->known ||
	    hashmap_get(&count->there, key))
		return 0;
	count->n++;
	return is_first_use ? 0 : hashmap_set(&count->there, key, count);
}

int tcp_count_note(struct tcp_count *count, const void *record)
{
	const struct st_header *header = record;
	const struct st_seen *seen = record;
	const struct st_state *state = record;
	const struct st_call_join *join = record;

	if (header->type == ST_SEEN)
		return note_seen(count, seen);
	if (header->type == ST_STATE && state->new == TCP_ESTABLISHED)
		count->n += is_new_pair(count, state->old == TCP_SYN_RECV, state->local_isn,
					state->peer_isn);
	if (header->type == ST_CALL_JOIN && join->handshake.established_ns)
		count->n += is_new_pair(count, join->call.call == ST_CALL_ACCEPT,
					join->handshake.local_isn, join->handshake.peer_isn);
	return 0;
}

void tcp_count_release(struct tcp_count *count)
{
	pairing_release(&count->ends);
	hashmap_release(&count->there);
}

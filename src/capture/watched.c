/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the entries, by id; the other ways to find them borrow.
 */
#include "capture/watched.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static const uint8_t any[16];

static uint64_t place_of(const struct diag_socket *socket, const uint8_t *address, bool v4)
{
	uint8_t bytes[16] = {0};

	memcpy(bytes, address, v4 ? 4 : 16);
	return hash_bytes(bytes, sizeof(bytes),
			  (uint64_t)socket->sock.netns << 32 | (uint64_t)v4 << 16 |
				  socket->sock.local_port) +
	       socket->device;
}

/* False: no memory. */
static bool add_ways(struct watched_table *table, struct watched *watched)
{
	const struct st_sock *sock = &watched->at.sock;

	if (watched->at.inode && hashmap_set(&table->by_inode, watched->at.inode, watched))
		return false;
	if (sock->family == AF_UNIX)
		return true;
	watched->place = place_of(&watched->at, sock->local, sock->v4);
	watched->next_here = hashmap_get(&table->by_place, watched->place);
	return !hashmap_set(&table->by_place, watched->place, watched);
}

struct watched *watched_see(struct watched_table *table, const struct diag_socket *socket,
			    bool *is_new)
{
	struct watched *watched = hashmap_get(&table->by_id, socket->sock.id);

	*is_new = !watched;
	if (watched) {
		watched->at = *socket;
		return watched;
	}
	watched = calloc(1, sizeof(*watched));
	if (!watched || hashmap_set(&table->by_id, socket->sock.id, watched)) {
		free(watched);
		return NULL;
	}
	watched->at = *socket;
	return add_ways(table, watched) ? watched : NULL;
}

struct watched *watched_by_inode(const struct watched_table *table, uint64_t inode)
{
	return hashmap_get(&table->by_inode, inode);
}

struct watched *watched_reached(const struct watched_table *table,
				const struct diag_socket *request)
{
	const struct st_sock *sock = &request->sock;
	const uint64_t places[] = {place_of(request, sock->local, sock->v4),
				   place_of(request, any, sock->v4), place_of(request, any, false)};
	struct watched *found = NULL;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && !found; i++)
		found = hashmap_get(&table->by_place, places[i]);
	return found;
}

bool watched_has_company(const struct watched_table *table, const struct watched *watched)
{
	const struct watched *first = hashmap_get(&table->by_place, watched->place);

	return watched->at.sock.family != AF_UNIX && first && first->next_here;
}

struct watched *watched_next(const struct watched_table *table, size_t *cursor)
{
	return hashmap_next(&table->by_id, cursor);
}

void watched_forget(struct watched_table *table, struct watched *gone)
{
	struct watched *first = hashmap_get(&table->by_place, gone->place), **at = &first;

	while (*at && *at != gone)
		at = &(*at)->next_here;
	if (*at)
		*at = gone->next_here;
	if (first)
		hashmap_set(&table->by_place, gone->place, first); /* replaces: needs no memory */
	else
		hashmap_remove(&table->by_place, gone->place);
	if (hashmap_get(&table->by_inode, gone->at.inode) == gone)
		hashmap_remove(&table->by_inode, gone->at.inode);
	hashmap_remove(&table->by_id, gone->at.sock.id);
	free(gone);
}

void watched_release(struct watched_table *table)
{
	struct watched *watched;

	for (size_t i = 0; (watched = watched_next(table, &i));)
		free(watched);
	hashmap_release(&table->by_id);
	hashmap_release(&table->by_inode);
	hashmap_release(&table->by_place);
}

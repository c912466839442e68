/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The listeners that are looked at again and again: found by id, by the inode of their
 * file, and by where they listen.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/hashmap.h"
#include "capture/sockdiag.h"

struct watched {
	struct diag_socket at; /* as last seen */
	struct st_listener told; /* as last handed on */
	uint32_t syn_queue, defer_accept_s;
	bool defer_known;
	unsigned round; /* of the look that saw it last */
	bool owned; /* by a process we look through; for -a, always, once that was tried */
	uint64_t place; /* a hash of where it listens; the same for members of a reuseport group */
	struct watched *next_here; /* another one at the same place */
};

struct watched_table {
	struct hashmap by_id, by_inode, by_place;
};

/* The one that `socket` is, with .at brought up to date; *is_new: it was not there. NULL: no
 * memory. */
struct watched *watched_see(struct watched_table *table, const struct diag_socket *socket,
			    bool *is_new);
struct watched *watched_by_inode(const struct watched_table *table, uint64_t inode);

/* The listener at whose address a request arrived: that very one, or one for any address.
 * Of a reuseport group nothing tells which member: one of them. NULL: none. */
struct watched *watched_reached(const struct watched_table *table,
				const struct diag_socket *request);

/* Others listen at the same place: only members of a reuseport group can. */
bool watched_has_company(const struct watched_table *table, const struct watched *watched);

/* `for (size_t i = 0; (w = watched_next(table, &i));)`; w may be forgotten meanwhile. */
struct watched *watched_next(const struct watched_table *table, size_t *cursor);
void watched_forget(struct watched_table *table, struct watched *gone);
void watched_release(struct watched_table *table);

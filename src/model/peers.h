/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Private to src/model: whom a listener turned away, and what became of them.
 */
#pragma once

#include "model/index.h"

/* The listener turns conn's client away. Its place in dropped_peers, UINT32_MAX: no memory. */
uint32_t peer_dropped(struct model *model, struct listening *listening, const struct conn *conn,
		      const struct address *address, int64_t t_ns);

/* Id of the connection of that client that had been turned away before then, and got in after; 0:
 * there is none. */
uint64_t peer_got_in_after(const struct listening *listening, const struct address *address,
			   int64_t t_ns);

/* A client with this address, as the listener sees it, has got in. */
void peer_connected(struct model *model, const struct listening *listening, const struct conn *conn,
		    const struct address *address, int64_t t_ns);

/* What was told of `from` belongs to `into`. */
void peers_merged(struct model *model, const struct conn *into, const struct conn *from);

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Private to src/model: finds the connection that the other end belongs to, by the
 * pair of initial sequence numbers or by mirrored addresses.
 */
#pragma once

#include "model/index.h"

/* The connection with this pair where `missing` is not seen yet, or NULL. */
struct conn *pair_find(const struct model *model, uint64_t pair, enum side missing);

/* conn turns out to have this pair; merges it with the one that has it already. The survivor. */
struct conn *pair_set(struct model *model, struct conn *conn, uint64_t pair);

/* A connection with one end whose addresses mirror those of `end`, and which still
 * lives, or NULL. end: socket, netns, local and peer are looked at. except may be NULL. */
struct conn *tuple_find(const struct model *model, const struct end *end, enum protocol protocol,
			const struct conn *except);

void tuple_index(struct model *model, struct conn *conn); /* its addresses or ends changed */
void pair_forget(struct model *model, struct conn *conn); /* it is over, or merged */

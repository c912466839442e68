/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Private to src/model: bytes that went one way through a socket.
 */
#pragma once

#include "model/index.h"

/* The connection they belong to, made if need be; NULL: none. peer: of datagrams, else, and
 * where it is not known, of FAMILY_NONE. */
struct conn *transfer_conn(struct model *model, struct sock *sock, const struct address *peer,
			   enum st_direction direction, int64_t t_ns);

/* That of a call which moved nothing. A datagram socket may have many: there it is known where the
 * socket is connected. */
struct conn *transfer_conn_of_nothing(const struct sock *sock);

void transfer_add(struct end *end, enum st_direction direction, uint64_t bytes);

/* Whether each call of this process (NULL: not known) that sends or receives is told by itself:
 * then its runs are no events, only sums. */
bool transfers_are_told(const struct model *model, const struct process *process);

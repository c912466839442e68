/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Private to src/model: datagram sockets and the flows to their peers.
 */
#pragma once

#include "model/index.h"

/* The flow of a datagram socket to peer, made if need be: who sends first is the client.
 * A peer of FAMILY_NONE is not known: its only flow is meant. NULL: no memory. */
struct conn *flow_seen(struct model *model, struct sock *sock, const struct address *peer,
		       enum st_direction direction, int64_t t_ns);

/* A UNIX datagram socket was connected to path: the flow to the socket there, if that is known. */
void flow_connected(struct model *model, struct sock *sock, const struct address *path,
		    int64_t t_ns);

void flows_update(struct model *model, struct sock *sock); /* its own address is known now */
void flows_over(struct sock *sock, int64_t t_ns);
/* sock departs; first is what it had as its connection, perhaps no flow (a socketpair), or NULL. */
void flows_release(struct model *model, struct sock *sock, struct conn *first);

void flow_move(struct model *model, struct conn *from, struct conn *into, enum side side);
void flow_flip(struct model *model, struct conn *conn);

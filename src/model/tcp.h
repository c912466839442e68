/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Private to src/model: the rules of TCP.
 */
#pragma once

#include "model/index.h"

void tcp_apply_state(struct model *model, const struct st_state *state);
/* The handshake that a call's record tells of, if any; before the call itself. */
void tcp_apply_handshake(struct model *model, const struct st_call_join *join);
void tcp_apply_event(struct model *model, const struct st_tcp *tcp);

/* The connection of a socket whose handshake was not seen; made if its state says that
 * it is connected. NULL: it is not, or no memory. */
struct conn *tcp_known(struct model *model, struct sock *sock, int64_t t_ns);

/* accept() returned child: its connection, known from the queue or made now. */
struct conn *tcp_accepted(struct model *model, struct sock *child, int64_t t_ns);

/* From here on the kernel's sequence numbers count what the program moves. */
void tcp_baseline(struct sock *sock, uint32_t written, uint32_t copied);

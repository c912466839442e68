/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Private to src/model: the rules of UNIX stream and seqpacket sockets.
 */
#pragma once

#include "model/index.h"

/* connect() to path, which began at enter_ns, succeeded. */
void unix_connected(struct model *model, struct sock *sock, const struct address *path,
		    const struct st_call *call, int64_t enter_ns);

/* accept() on listening returned child. Its connection, NULL: no memory. */
struct conn *unix_accepted(struct model *model, struct listening *listening, struct sock *child,
			   const struct address *path, int64_t t_ns);

/* It is accepted, or over. */
void unix_unqueue(struct model *model, struct conn *conn);

struct conn *unix_paired(struct model *model, struct sock *first, struct sock *second,
			 int64_t t_ns);

/* A socket found connected: its connection, made if need be. NULL: no memory. */
struct conn *unix_known(struct model *model, struct sock *sock, int64_t t_ns);

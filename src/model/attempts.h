/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Private to src/model: connections of which nothing is here but that they were
 * turned away, until they get in or are not expected any more.
 */
#pragma once

#include "model/index.h"

/* The one between these addresses that may be heard of again at t_ns, or NULL. netns is
 * looked at where they are loopback's. */
struct conn *attempt_find(const struct model *model, uint32_t netns, const struct address *server,
			  const struct address *client, int64_t t_ns);

/* A client nobody here has seen before is turned away. NULL: no memory. */
struct conn *attempt_new(struct model *model, struct listening *listening,
			 const struct address *server, const struct address *client, int64_t t_ns);

void attempt_again(struct model *model, struct conn *conn); /* it is expected anew */
/* The client, known to its listener by that address, has entered the queue. */
void attempt_got_in(struct model *model, struct conn *conn, const struct address *client,
		    int64_t t_ns);
void attempt_forget(struct model *model, struct conn *conn); /* if it was one: it is no more */
void attempts_depart_due(struct model *model);

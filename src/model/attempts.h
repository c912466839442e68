/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Private to src/model: connections of which nothing is here but that they were
 * turned away, until they get in or are not expected any more.
 */
#pragma once

#include "model/index.h"

/* The one of this client at a port here, or NULL. */
struct conn *attempt_find(const struct model *model, uint32_t netns, uint16_t port,
			  const struct address *peer);

/* A client nobody here has seen before is turned away. NULL: no memory. */
struct conn *attempt_new(struct model *model, struct listening *listening,
			 const struct address *local, const struct address *peer, int64_t t_ns);

void attempt_again(struct model *model, struct conn *conn); /* it is expected anew */
void attempt_forget(struct model *model, struct conn *conn); /* if it was one: it is no more */
void attempts_depart_due(struct model *model);

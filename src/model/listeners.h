/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Private to src/model: what happens to listeners.
 */
#pragma once

#include "model/index.h"

/* sock listens from t_ns on (TIME_UNKNOWN: from before the trace). The listener it has
 * already, if it is open. NULL: no memory. */
struct listening *listener_open(struct model *model, struct sock *sock, int64_t t_ns);

/* A listen() that succeeded. */
void listener_configure(struct model *model, struct listening *listening, int64_t t_ns,
			int32_t requested, uint32_t effective);

/* The open one that a connection to this address reaches, or NULL. */
struct listening *listener_find(const struct model *model, uint32_t netns,
				const struct address *address);

void listener_owned(struct model *model, struct listening *listening, struct process *process,
		    int32_t fd);
/* Its limit as the kernel has it, which a listen() that nobody saw may have changed. */
void listener_limited(struct model *model, struct listening *listening, int64_t t_ns,
		      uint32_t limit);
void listener_depth(struct model *model, struct listening *listening, int64_t t_ns, uint32_t depth);
void listener_arrival(struct model *model, struct listening *listening, int64_t t_ns,
		      uint32_t depth);
void listener_accepted(struct model *model, struct listening *listening, int64_t t_ns,
		       uint32_t depth, int64_t wait_ns);
/* conn's server end was accepted (before the trace, perhaps), and: it is closed by this side. */
void listener_serves(struct listening *listening, struct conn *conn);
void listener_served(struct model *model, struct conn *conn, int64_t t_ns);
void listener_event(struct model *model, struct listening *listening, struct event *event);
void listener_apply_waits(struct model *model, const struct st_accept_waits *waits);
void listener_close(struct model *model, struct listening *listening, int64_t t_ns);
void listener_moved(struct model *model,
		    struct listening *listening); /* its socket's address is known now */

/* Frees listeners that are closed and that nothing kept refers to, when there are many. */
void listener_sweep(struct model *model);
void listeners_release(struct model *model);

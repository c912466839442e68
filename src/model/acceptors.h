/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Private to src/model: what happens to acceptors.
 */
#pragma once

#include "model/index.h"

/* An accept() on the listener returned, as the record says. */
void acceptor_returned(struct model *model, struct listening *listening, struct process *process,
		       const struct st_call *call);

void acceptor_apply_sample(struct model *model, const struct st_sample *sample);

/* Frees those of listeners that are marked as going. */
void acceptors_forget(struct model *model, const struct listener *listener);
void acceptors_release(struct model *model);

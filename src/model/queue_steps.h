/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Private to src/model: each client's way through a listener, step by step, around the times
 * when its queue was crowded; of quiet times only the latest.
 */
#pragma once

#include "model/index.h"

/* Takes down what happened at t_ns, and the queue after it; span_ns as in struct queue_step. */
void queue_step(struct model *model, struct listening *listening, enum queue_step_kind kind,
		int64_t t_ns, uint32_t depth, int64_t span_ns);

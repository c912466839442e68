/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns which steps are kept. Does not know why a queue is crowded.
 */
#include "model/queue_steps.h"

#include <string.h>

#define QUIET_NS 5000000000LL /* after the last crowded step */
#define QUIET_STEPS 4096
#define STEPS_MAX 200000

static void steps_cut(struct listening *listening, size_t from, size_t n)
{
	struct listener *pub = &listening->pub;

	memmove(pub->steps.items + from, pub->steps.items + from + n,
		(pub->steps.len - from - n) * sizeof(*pub->steps.items));
	pub->steps.len -= n;
}

void queue_step(struct model *model, struct listening *listening, enum queue_step_kind kind,
		int64_t t_ns, uint32_t depth, int64_t span_ns)
{
	struct listener *pub = &listening->pub;
	struct queue_step step = {
		.t_ns = t_ns,
		.span_ns = span_ns,
		.depth = depth,
		.limit = pub->effective,
		.open = pub->open,
		.kind = kind,
	};

	if (vec_push(&pub->steps, step)) {
		model_fail(model);
		return;
	}
	vec_settle(&pub->steps, t_ns); /* several CPUs tell slightly out of order */
	if (listening->crowded_ns != TIME_UNKNOWN && t_ns < listening->crowded_ns + QUIET_NS)
		listening->quiet_from = pub->steps.len;
	if (pub->steps.len - listening->quiet_from > 2 * QUIET_STEPS) {
		steps_cut(listening, listening->quiet_from, QUIET_STEPS);
	} else if (pub->steps.len >= STEPS_MAX) {
		steps_cut(listening, 0, STEPS_MAX / 2);
		listening->quiet_from = pub->steps.len;
	}
}

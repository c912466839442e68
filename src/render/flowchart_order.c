/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the order in which a flowchart tells its steps; knows nothing of how they look.
 */
#include "render/flowchart_order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct sortable {
	struct flow_step step;
	size_t order;
};

static int compare_steps(const void *a, const void *b)
{
	const struct sortable *x = a, *y = b;

	if (x->step.t_ns != y->step.t_ns)
		return x->step.t_ns < y->step.t_ns ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static int sort_by_time(struct flow_steps *steps)
{
	struct sortable *sorted = malloc((steps->len + 1) * sizeof(*sorted));

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < steps->len; i++)
		sorted[i] = (struct sortable){steps->items[i], i};
	qsort(sorted, steps->len, sizeof(*sorted), compare_steps);
	for (size_t i = 0; i < steps->len; i++)
		steps->items[i] = sorted[i].step;
	free(sorted);
	return 0;
}

/* The next send on `lane`, when nothing else of that lane comes before it. NULL: none. */
static struct flow_step *next_send(struct flow_steps *steps, size_t from, unsigned lane)
{
	for (size_t i = from; i < steps->len; i++) {
		struct flow_step *step = &steps->items[i];

		if (step->lane != lane)
			continue;
		return step->event && step->event->name == EVENT_SEND ? step : NULL;
	}
	return NULL;
}

/* A send is seen when it returns: by then the other side may have received it and
 * gone on. Its step moves to just before that. */
static void put_sends_first(struct flow_steps *steps)
{
	uint64_t sent[FLOW_LANES] = {0}, received[FLOW_LANES] = {0};

	for (size_t i = 0; i < steps->len; i++) {
		struct flow_step *step = &steps->items[i], *send;
		unsigned other = !step->lane;

		if (!step->event || step->kind != FLOW_STEP_EVENT)
			continue;
		if (step->event->name == EVENT_SEND)
			sent[step->lane] += step->event->bytes;
		if (step->event->name != EVENT_RECV)
			continue;
		received[step->lane] += step->event->bytes;
		send = received[step->lane] > sent[other] ? next_send(steps, i + 1, other) : NULL;
		if (send) {
			struct flow_step moved = *send;

			moved.t_ns = step->t_ns;
			memmove(step + 1, step, (send - step) * sizeof(*step));
			*step = moved;
			sent[other] += moved.event->bytes;
			i++; /* the receive, counted already */
		}
	}
}

int flowchart_order(struct flow_steps *steps)
{
	int r = sort_by_time(steps);

	if (!r)
		put_sends_first(steps);
	return r;
}

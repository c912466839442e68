/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Readings are a step function: each holds until the next one.
 */
#include "analyze/standing.h"

#include <stdlib.h>

static struct standing standing_of(const struct listener *listener, int64_t end_ns)
{
	struct standing standing = {.listener = listener};
	const struct listener_reading *first = listener->readings.items, *last = first;

	vec_each (reading, &listener->readings) {
		int64_t until_ns = end_ns;

		last = reading;
		if (reading + 1 < first + listener->readings.len)
			until_ns = reading[1].t_ns;
		if (reading->depth > standing.depth_max)
			standing.depth_max = reading->depth;
		if (reading->depth > reading->limit && until_ns > reading->t_ns)
			standing.full_ns += until_ns - reading->t_ns;
	}
	standing.watched_ns = end_ns - first->t_ns;
	standing.limit = last->limit;
	standing.drops = last->sk_drops - first->sk_drops;
	return standing;
}

static double fullness(const struct standing *standing)
{
	return (double)standing->depth_max / (standing->limit + 1.0);
}

static int compare(const void *left, const void *right)
{
	const struct standing *a = left, *b = right;

	if (a->drops != b->drops)
		return a->drops < b->drops ? 1 : -1;
	if (a->full_ns != b->full_ns)
		return a->full_ns < b->full_ns ? 1 : -1;
	if (fullness(a) < fullness(b) || fullness(a) > fullness(b))
		return fullness(a) < fullness(b) ? 1 : -1;
	return (a->listener->id > b->listener->id) - (a->listener->id < b->listener->id);
}

int standings_of(const struct model *model, struct standings *out)
{
	int r = 0;

	*out = (struct standings){0};
	vec_each (at, &model->listeners) {
		const struct listener *listener = *at;
		int64_t end_ns = listener->closed_ns == TIME_UNKNOWN ? model->capture.duration_ns
								     : listener->closed_ns;

		if (listener->polled && listener->readings.len && !r)
			r = vec_push(out, standing_of(listener, end_ns));
	}
	if (r)
		vec_release(out);
	else if (out->len)
		qsort(out->items, out->len, sizeof(*out->items), compare);
	return r;
}

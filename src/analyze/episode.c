/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns where an episode begins and ends. Does not know what caused it.
 */
#include "analyze/episode.h"

#include <stdlib.h>

#define LEAD_NS 60000000000LL /* how far back its beginning is looked for */

/* How deep the queue was from a moment on. */
struct moment {
	int64_t t_ns;
	uint32_t depth;
	bool crowded;
};

VEC_TYPE(moments, struct moment);

static int moment_compare(const void *a, const void *b)
{
	const struct moment *x = a, *y = b;

	return (x->t_ns > y->t_ns) - (x->t_ns < y->t_ns);
}

static int moments_of(const struct listener *listener, struct moments *out)
{
	int r = 0;

	vec_each (step, &listener->steps) {
		struct moment moment = {step->t_ns, step->depth,
					queue_is_crowded(step->depth, step->limit)};

		if (!r && step->kind != QUEUE_ENDED)
			r = vec_push(out, moment);
	}
	vec_each (reading, &listener->readings) {
		struct moment moment = {reading->t_ns, reading->depth,
					queue_is_crowded(reading->depth, reading->limit)};

		if (!r)
			r = vec_push(out, moment);
	}
	if (!r && out->len)
		qsort(out->items, out->len, sizeof(*out->items), moment_compare);
	return r;
}

static bool drops_within(const struct listener *listener, int64_t start_ns, int64_t end_ns)
{
	size_t low = 0, high = listener->drop_list.len;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (listener->drop_list.items[middle].t_ns < start_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low < listener->drop_list.len && listener->drop_list.items[low].t_ns <= end_ns;
}

/* Crowded spans that are trouble. */
static int crowds_add(const struct listener *listener, const struct moments *moments,
		      int64_t now_ns, struct episodes *out)
{
	int r = 0;

	for (size_t i = 0; i < moments->len && !r; i++) {
		struct episode span = {.start_ns = moments->items[i].t_ns};

		if (!moments->items[i].crowded)
			continue;
		while (i < moments->len && moments->items[i].crowded)
			i++;
		span.open = i == moments->len && listener->closed_ns == TIME_UNKNOWN;
		span.end_ns = i < moments->len                      ? moments->items[i].t_ns
			      : listener->closed_ns == TIME_UNKNOWN ? now_ns
			      : listener->closed_ns > span.start_ns ? listener->closed_ns
								    : span.start_ns;
		span.trouble_ns = span.start_ns;
		if (span.end_ns - span.start_ns >= EPISODE_CROWDED_NS ||
		    drops_within(listener, span.start_ns, span.end_ns))
			r = vec_push(out, span);
	}
	return r;
}

static int drops_add(const struct listener *listener, struct episodes *out)
{
	size_t first = out->len;
	int r = 0;

	vec_each (drop, &listener->drop_list) {
		struct episode *last = out->len > first ? &out->items[out->len - 1] : NULL;
		struct episode one = {
			.start_ns = drop->t_ns, .end_ns = drop->t_ns, .trouble_ns = drop->t_ns};

		if (last && drop->t_ns <= last->end_ns + EPISODE_GAP_NS)
			last->end_ns = drop->t_ns > last->end_ns ? drop->t_ns : last->end_ns;
		else if (!r)
			r = vec_push(out, one);
	}
	return r;
}

/* Where drops are not told one by one, the kernel's own count of the socket shows that there
 * were some. */
static int counted_add(const struct listener *listener, struct episodes *out)
{
	const struct listener_reading *items = listener->readings.items;
	int r = 0;

	if (listener->drops_seen || listener->protocol != PROTOCOL_TCP)
		return 0;
	for (size_t i = 1; i < listener->readings.len && !r; i++) {
		struct episode one = {.start_ns = items[i - 1].t_ns,
				      .end_ns = items[i].t_ns,
				      .trouble_ns = items[i].t_ns};

		if (items[i].sk_drops > items[i - 1].sk_drops)
			r = vec_push(out, one);
	}
	return r;
}

static int episode_compare(const void *a, const void *b)
{
	const struct episode *x = a, *y = b;

	return (x->start_ns > y->start_ns) - (x->start_ns < y->start_ns);
}

static void episodes_join(struct episodes *episodes)
{
	size_t kept = 0;

	if (episodes->len)
		qsort(episodes->items, episodes->len, sizeof(*episodes->items), episode_compare);
	for (size_t i = 0; i < episodes->len; i++) {
		struct episode *last = kept ? &episodes->items[kept - 1] : NULL;
		const struct episode *next = &episodes->items[i];

		if (!last || next->start_ns > last->end_ns + EPISODE_GAP_NS) {
			episodes->items[kept++] = *next;
			continue;
		}
		last->end_ns = next->end_ns > last->end_ns ? next->end_ns : last->end_ns;
		last->open |= next->open;
	}
	episodes->len = kept;
}

/* Back to when the queue, empty until then, began to fill. */
static int64_t fill_start(const struct moments *moments, int64_t trouble_ns, int64_t bound_ns)
{
	int64_t start_ns = trouble_ns;
	size_t at = moments->len;

	while (at && moments->items[at - 1].t_ns >= trouble_ns)
		at--;
	for (; at && moments->items[at - 1].t_ns > bound_ns; at--) {
		if (!moments->items[at - 1].depth)
			break;
		start_ns = moments->items[at - 1].t_ns;
	}
	return start_ns;
}

int episodes_of(const struct listener *listener, int64_t now_ns, struct episodes *out)
{
	struct moments moments = {0};
	int r = moments_of(listener, &moments);

	*out = (struct episodes){0};
	if (!r)
		r = crowds_add(listener, &moments, now_ns, out);
	if (!r)
		r = drops_add(listener, out);
	if (!r)
		r = counted_add(listener, out);
	episodes_join(out);
	for (size_t i = 0; i < out->len && !r; i++) {
		struct episode *episode = &out->items[i];
		int64_t bound_ns = episode->trouble_ns - LEAD_NS;

		if (i && out->items[i - 1].end_ns > bound_ns)
			bound_ns = out->items[i - 1].end_ns;
		episode->start_ns = fill_start(&moments, episode->trouble_ns, bound_ns);
		if (listener->closed_ns == TIME_UNKNOWN &&
		    episode->end_ns + EPISODE_GAP_NS >= now_ns)
			episode->open = true;
	}
	vec_release(&moments);
	return r;
}

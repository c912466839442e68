/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the comparison with the kernel's counters. Does not know how they were read.
 */
#include "analyze/residue.h"

static const struct netns *netns_of(const struct model *model, const struct listener *listener)
{
	vec_each (at, &model->netnses)
		if ((*at)->inum == listener->netns)
			return *at;
	return NULL;
}

static bool is_drop(const struct drop *drop)
{
	return drop->path < DROP_COOKIE;
}

/* All drops but those outside the time between two readings. */
static int64_t drops_between(const struct listener *listener, int64_t from_ns, int64_t to_ns)
{
	const struct drops *drops = &listener->drops;
	int64_t count = (int64_t)(drops->syn + drops->ack + drops->syn_queue + drops->other);

	vec_each (drop, &listener->drop_list)
		if (is_drop(drop) && (drop->t_ns <= from_ns || drop->t_ns > to_ns))
			count--;
	return count;
}

/* sk_drops may count a segment twice, and harmless ones as well: not below what it rose by
 * is all that it says of how many were dropped. */
static int64_t most_dropped(const struct listener *listener)
{
	const struct listener_reading *first = listener->readings.items;

	if (listener->readings.len < 2)
		return INT64_MAX;
	return (uint32_t)(first[listener->readings.len - 1].sk_drops - first->sk_drops);
}

bool residue_of(const struct model *model, const struct listener *listener, int64_t *residue)
{
	const struct netns *netns = netns_of(model, listener);
	const struct netns_reading *first, *last;
	int64_t rise, own, most;

	if (!netns || netns->readings.len < 2 || !listener->drops_seen)
		return false;
	first = netns->readings.items;
	last = first + netns->readings.len - 1;
	rise = (int64_t)netns_rise(netns, ST_COUNTER_LISTEN_DROPS);
	vec_each (at, &model->listeners)
		if ((*at)->netns == listener->netns)
			rise -= drops_between(*at, first->t_ns, last->t_ns);
	own = drops_between(listener, first->t_ns, last->t_ns);
	most = most_dropped(listener);
	if (rise < 0 && !own)
		rise = 0;
	/* in the namespace some are missing: here no more than this listener's own count says */
	if (rise > most - own)
		rise = most > own ? most - own : 0;
	*residue = rise;
	return rise <= 0 || most != INT64_MAX;
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns what the kernel says of a listener and of a network namespace when it is asked:
 * limits, settings, and its own counters. Does not know what was seen one by one.
 */
#include <string.h>

#include "model/listeners.h"
#include "model/netnses.h"
#include "model/records.h"
#include "model/sockets.h"
#include "model/wire.h"

/* Keeps a reading in the order of time: those of several CPUs may cross. */
#define readings_add(model, readings, reading)                                                     \
	do {                                                                                       \
		if ((readings)->len >= READINGS_MAX)                                               \
			vec_thin(readings);                                                        \
		if (vec_push(readings, reading))                                                   \
			model_fail(model);                                                         \
		else                                                                               \
			vec_settle(readings, t_ns);                                                \
	} while (0)

void reading_apply(struct model *model, const struct st_listener *wire)
{
	struct sock *sock = sock_find(model, wire->id);
	struct listening *listening = sock ? listening_of(sock->pub.listener) : NULL;
	struct listener_reading reading = {
		.t_ns = wire_time(model, wire->h.ts_ns),
		.depth = wire->depth,
		.limit = wire->limit,
		.syn_queue = wire->syn_queue,
		.sk_drops = wire->sk_drops,
	};
	struct listener *pub;

	if (!listening)
		return;
	pub = &listening->pub;
	pub->group = wire->group;
	pub->defer_accept_s = wire->defer_accept_s;
	pub->migrates = wire->flags & ST_LISTENER_MIGRATES;
	pub->polled = wire->flags & ST_LISTENER_POLLED;
	pub->defer_accept_unknown = wire->flags & ST_LISTENER_DEFER_UNKNOWN;
	pub->drops_seen |= wire->drops_seen >> 1;
	if (wire->syn_queue > pub->syn_queue_max)
		pub->syn_queue_max = wire->syn_queue;
	listener_limited(model, listening, reading.t_ns, wire->limit);
	if (wire->depth != pub->depth)
		listener_depth(model, listening, reading.t_ns, wire->depth);
	readings_add(model, &pub->readings, reading);
}

static struct netns *netns_find(const struct model *model, uint32_t inum)
{
	vec_each (at, &model->netnses)
		if ((*at)->inum == inum)
			return *at;
	return NULL;
}

static struct netns *netns_new(struct model *model, uint32_t inum)
{
	struct netns *netns;

	if (model->netnses.len >= NETNSES_MAX)
		return NULL;
	netns = calloc(1, sizeof(*netns));
	if (!netns || vec_push(&model->netnses, netns)) {
		free(netns);
		model_fail(model);
		return NULL;
	}
	netns->inum = inum;
	return netns;
}

uint32_t netns_somaxconn(const struct model *model, uint32_t inum)
{
	const struct netns *netns = netns_find(model, inum);

	return netns && netns->somaxconn > 0 ? (uint32_t)netns->somaxconn : 0;
}

void netns_apply(struct model *model, const struct st_netns *wire)
{
	struct netns *netns = netns_find(model, wire->netns);
	struct netns_reading reading = {.t_ns = wire_time(model, wire->h.ts_ns)};

	if (!netns)
		netns = netns_new(model, wire->netns);
	if (!netns)
		return;
	netns->somaxconn = wire->somaxconn;
	netns->max_syn_backlog = wire->max_syn_backlog;
	netns->syncookies = wire->syncookies;
	netns->abort_on_overflow = wire->abort_on_overflow;
	netns->migrate_req = wire->migrate_req;
	memcpy(reading.counter, wire->counter, sizeof(reading.counter));
	readings_add(model, &netns->readings, reading);
	vec_each (at, &model->listeners)
		if ((*at)->netns == netns->inum && (*at)->closed_ns == TIME_UNKNOWN)
			(*at)->somaxconn = netns_somaxconn(model, netns->inum);
}

uint64_t netns_rise(const struct netns *netns, enum st_counter counter)
{
	const struct netns_reading *first = netns->readings.items;

	if (netns->readings.len < 2)
		return 0;
	return first[netns->readings.len - 1].counter[counter] - first->counter[counter];
}

void netnses_release(struct model *model)
{
	vec_each (at, &model->netnses) {
		vec_release(&(*at)->readings);
		free(*at);
	}
	vec_release(&model->netnses);
}

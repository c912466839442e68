/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the counting. Knows no rule.
 */
#include "analyze/facts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_NS 100000000LL /* its sockets are closed before its exit is told, or after */
#define SOON_NS 10000000LL /* an accept that waited for a free place follows the end at once */

static bool within(const struct facts *facts, int64_t t_ns)
{
	return t_ns >= facts->episode.start_ns && t_ns <= facts->episode.end_ns;
}

static int host_compare(const void *a, const void *b)
{
	const struct address *x = *(const struct address *const *)a;
	const struct address *y = *(const struct address *const *)b;

	return x->family != y->family ? x->family - y->family
				      : memcmp(x->bytes, y->bytes, sizeof(x->bytes));
}

static void peer_back(struct facts *facts, const struct dropped_peer *peer)
{
	int64_t after_ns = peer->connected_ns - peer->first_ns;

	facts->back++;
	if (facts->back_min_ns == TIME_UNKNOWN || after_ns < facts->back_min_ns)
		facts->back_min_ns = after_ns;
	if (facts->back_max_ns == TIME_UNKNOWN || after_ns > facts->back_max_ns)
		facts->back_max_ns = after_ns;
}

static int count_peers(struct facts *facts)
{
	VEC(const struct address *) hosts = {0};
	int r = 0;

	vec_each (peer, &facts->listener->dropped_peers) {
		if (peer->last_ns < facts->episode.start_ns ||
		    peer->first_ns > facts->episode.end_ns)
			continue;
		facts->attempts++;
		if (peer->connected_ns != TIME_UNKNOWN)
			peer_back(facts, peer);
		if (!r)
			r = vec_push(&hosts, &peer->address);
	}
	if (hosts.len)
		qsort(hosts.items, hosts.len, sizeof(*hosts.items), host_compare);
	for (size_t i = 0; i < hosts.len; i++)
		facts->hosts += !i || host_compare(&hosts.items[i - 1], &hosts.items[i]);
	vec_release(&hosts);
	return r;
}

static void count_drops(struct facts *facts)
{
	int64_t last_ns = facts->episode.end_ns;

	vec_each (drop, &facts->listener->drop_list) {
		if (!within(facts, drop->t_ns))
			continue;
		facts->drops[drop->path]++;
		facts->drops_again += drop->again;
		last_ns = drop->t_ns;
		if (drop->depth > facts->depth_max)
			facts->depth_max = drop->depth;
	}
	facts->watched_ns = facts->now_ns > last_ns ? facts->now_ns - last_ns : 0;
}

struct crowd {
	bool now, ever;
	int64_t since_ns;
	uint32_t depth;
};

/* One reading of the depth after the other. */
static void crowd_step(struct facts *facts, struct crowd *crowd, int64_t t_ns, uint32_t depth,
		       uint32_t limit)
{
	bool crowded = queue_is_crowded(depth, limit);

	if (depth > facts->depth_max)
		facts->depth_max = depth;
	if (crowd->now && t_ns - crowd->since_ns > facts->crowded_ns)
		facts->crowded_ns = t_ns - crowd->since_ns;
	if (crowded && !crowd->now)
		crowd->since_ns = t_ns;
	facts->fell |= crowd->ever && depth < crowd->depth;
	crowd->now = crowded;
	if (crowded && !crowd->ever) {
		crowd->ever = true;
		facts->depth_min = depth;
	}
	if (crowd->ever && depth < facts->depth_min)
		facts->depth_min = depth;
	crowd->depth = depth;
}

/* So many are as good as the most there ever were. */
static bool at_plateau(const struct facts *facts, uint32_t open)
{
	return open >= facts->open_ever - facts->open_ever / 10;
}

/* Since the step before, the queue was as that left it. */
static void count_plateau(struct facts *facts, const struct queue_step *before, int64_t t_ns)
{
	if (!before || !queue_is_crowded(before->depth, before->limit))
		return;
	facts->crowded_sum_ns += t_ns - before->t_ns;
	if (at_plateau(facts, before->open))
		facts->plateau_ns += t_ns - before->t_ns;
}

static void count_open(struct facts *facts, const struct queue_step *step, bool crowded_ever,
		       int64_t ended_ns)
{
	if (!crowded_ever)
		return;
	if (step->open > facts->open_max)
		facts->open_max = step->open;
	if (step->open < facts->open_min)
		facts->open_min = step->open;
	if (step->kind == QUEUE_ACCEPTED)
		facts->after_end += ended_ns != TIME_UNKNOWN && step->t_ns - ended_ns <= SOON_NS;
}

static void count_open_ever(struct facts *facts)
{
	vec_each (step, &facts->listener->steps)
		if (step->open > facts->open_ever && step->t_ns <= facts->episode.end_ns)
			facts->open_ever = step->open;
}

static int count_steps(struct facts *facts)
{
	struct crowd crowd = {0};
	int64_t ended_ns = TIME_UNKNOWN;
	const struct queue_step *before = NULL;
	VEC(int64_t) services = {0};
	int r = 0;

	count_open_ever(facts);
	facts->open_min = UINT32_MAX;
	vec_each (step, &facts->listener->steps) {
		if (step->kind == QUEUE_ENDED && step->span_ns != TIME_UNKNOWN && !r)
			r = vec_push(&services, step->span_ns);
		if (!within(facts, step->t_ns))
			continue;
		facts->arrivals += step->kind == QUEUE_ARRIVED;
		facts->accepted += step->kind == QUEUE_ACCEPTED;
		facts->ended += step->kind == QUEUE_ENDED;
		if (step->kind != QUEUE_ENDED)
			crowd_step(facts, &crowd, step->t_ns, step->depth, step->limit);
		count_open(facts, step, crowd.ever, ended_ns);
		count_plateau(facts, before, step->t_ns);
		before = step;
		if (step->kind == QUEUE_ENDED)
			ended_ns = step->t_ns;
	}
	count_plateau(facts, before, facts->episode.end_ns);
	if (facts->open_min == UINT32_MAX)
		facts->open_min = facts->open_max = facts->listener->open;
	if (crowd.now && facts->episode.end_ns - crowd.since_ns > facts->crowded_ns)
		facts->crowded_ns = facts->episode.end_ns - crowd.since_ns;
	if (!r)
		r = latency_of(services.items, services.len, &facts->services);
	vec_release(&services);
	return r;
}

static void count_readings(struct facts *facts)
{
	struct crowd crowd = {0};
	const struct listener_reading *before = NULL;
	uint32_t depth_min = facts->depth_min;
	bool stepped = facts->arrivals || facts->accepted;

	vec_each (reading, &facts->listener->readings) {
		if (!within(facts, reading->t_ns))
			continue;
		if (reading->syn_queue > facts->syn_queue_max)
			facts->syn_queue_max = reading->syn_queue;
		crowd_step(facts, &crowd, reading->t_ns, reading->depth, reading->limit);
		if (facts->blind && before)
			facts->counted += reading->sk_drops - before->sk_drops;
		before = reading;
	}
	if (crowd.now && facts->episode.end_ns - crowd.since_ns > facts->crowded_ns)
		facts->crowded_ns = facts->episode.end_ns - crowd.since_ns;
	if (stepped && crowd.ever && depth_min < facts->depth_min)
		facts->depth_min = depth_min;
}

static bool moved_data(const struct facts *facts, const struct connection *connection)
{
	for (size_t i = connection->events.len; i--;) {
		const struct event *event = &connection->events.items[i];
		int64_t end_ns = event_end_ns(event);
		/* a call moves its data when it returns, whenever it began */
		int64_t start_ns = event_is_run(event) ? event->t_ns : end_ns;

		if (event_is_data(event->name) && event->bytes && event->side == SIDE_SERVER &&
		    start_ns <= facts->episode.end_ns && end_ns >= facts->episode.start_ns)
			return true;
	}
	return false;
}

static void count_connections(struct facts *facts)
{
	vec_each (at, &facts->model->connections) {
		if ((*at)->listener != facts->listener)
			continue;
		facts->moving += moved_data(facts, *at);
		facts->reset_in_queue += (*at)->outcome == OUTCOME_RESET_IN_QUEUE;
	}
}

static bool lost_within(const struct facts *facts)
{
	int64_t before_ns = INT64_MIN;

	vec_each (moment, &facts->model->capture.losses) {
		if (before_ns <= facts->episode.end_ns && moment->t_ns >= facts->episode.start_ns)
			return true;
		before_ns = moment->t_ns;
	}
	return false;
}

static const struct netns *netns_of(const struct model *model, uint32_t inum)
{
	vec_each (at, &model->netnses)
		if ((*at)->inum == inum)
			return *at;
	return NULL;
}

int facts_of(const struct model *model, const struct listener *listener,
	     const struct episode *episode, int64_t now_ns, struct facts *out)
{
	int r;

	*out = (struct facts){
		.model = model,
		.listener = listener,
		.netns = netns_of(model, listener->netns),
		.episode = *episode,
		.now_ns = now_ns,
		.limit = listener->effective,
		.blind = listener->protocol == PROTOCOL_TCP && !listener->drops_seen,
		.back_min_ns = TIME_UNKNOWN,
		.back_max_ns = TIME_UNKNOWN,
		.somaxconn = listener->somaxconn ? (int32_t)listener->somaxconn : -1,
	};
	if (out->netns && out->netns->somaxconn >= 0)
		out->somaxconn = out->netns->somaxconn;
	out->complete = !out->blind && !lost_within(out);
	r = count_peers(out);
	count_drops(out);
	if (!r)
		r = count_steps(out);
	count_readings(out);
	count_connections(out);
	if (!r)
		r = latency_of(listener->waits.items, listener->waits.len, &out->waits);
	if (!r)
		r = replay_of(listener, episode, &out->replay);
	if (!r)
		r = acceptance_of(model, listener, episode, &out->acceptance);
	return r;
}

void facts_release(struct facts *facts)
{
	acceptance_release(&facts->acceptance);
}

bool facts_overflow(const struct facts *facts)
{
	return facts->drops[DROP_SYN] + facts->drops[DROP_ACK] + facts->drops[DROP_UNIX] > 0 ||
	       (facts->counted && facts->depth_max > facts->limit);
}

bool facts_unix(const struct facts *facts)
{
	return facts->listener->protocol == PROTOCOL_UNIX;
}

int64_t facts_duration_ns(const struct facts *facts)
{
	return facts->episode.end_ns - facts->episode.start_ns;
}

const struct process *facts_owner(const struct facts *facts)
{
	if (facts->acceptance.leading && facts->acceptance.leading->process)
		return facts->acceptance.leading->process;
	return facts->listener->owners.len ? facts->listener->owners.items[0].process : NULL;
}

bool facts_owner_lives(const struct facts *facts)
{
	vec_each (owner, &facts->listener->owners)
		if (owner->process->end_ns == TIME_UNKNOWN ||
		    owner->process->end_ns + EXIT_NS >= facts->episode.end_ns)
			return true;
	return !facts->listener->owners.len;
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the replay. The clients come when they first came, whether they got in or not; they
 * are taken when somebody was taken, and at the best pace seen while nobody really waited.
 */
#include "analyze/replay.h"

#include <stdlib.h>

#define ROW_LEAST 16
#define SUSTAINED_NS 2000000000LL

enum act { ACT_COME, ACT_TAKE, ACT_TAKE_LAST };

struct moment {
	int64_t t_ns;
	uint8_t act; /* TAKE_LAST: really nobody waited after it */
};

VEC_TYPE(moments, struct moment);

static int moment_compare(const void *a, const void *b)
{
	const struct moment *x = a, *y = b;

	if (x->t_ns != y->t_ns)
		return x->t_ns < y->t_ns ? -1 : 1;
	return x->act - y->act;
}

static int time_compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

VEC_TYPE(times, int64_t);

static bool within(int64_t t_ns, const struct episode *episode)
{
	return t_ns >= episode->start_ns && t_ns <= episode->end_ns;
}

/* Each attempt turned away came when it was turned away first; that it got in later is to be
 * forgotten: those moments go into `again`. */
static int turned_away_add(const struct listener *listener, const struct episode *episode,
			   struct moments *moments, struct times *again)
{
	int r = 0;

	vec_each (peer, &listener->dropped_peers) {
		struct moment come = {peer->first_ns, ACT_COME};

		if (!r && within(peer->first_ns, episode))
			r = vec_push(moments, come);
		if (!r && peer->connected_ns != TIME_UNKNOWN && within(peer->connected_ns, episode))
			r = vec_push(again, peer->connected_ns);
	}
	return r;
}

/* The same of a UNIX listener: they came when connect() was first called. */
static int kept_waiting_add(const struct listener *listener, const struct episode *episode,
			    struct moments *moments, struct times *again)
{
	int r = 0;

	vec_each (client, &listener->unix_clients) {
		struct moment come = {client->since_ns, ACT_COME};

		if (!r && within(client->since_ns, episode))
			r = vec_push(moments, come);
		if (!r && client->got_in && within(client->until_ns, episode))
			r = vec_push(again, client->until_ns);
	}
	return r;
}

static int steps_add(const struct listener *listener, const struct episode *episode,
		     const struct times *again, struct moments *moments)
{
	size_t next = 0;
	int r = 0;

	vec_each (step, &listener->steps) {
		struct moment moment = {step->t_ns, ACT_COME};

		if (step->kind == QUEUE_ENDED || !within(step->t_ns, episode) || r)
			continue;
		if (step->kind == QUEUE_ARRIVED) {
			if (next < again->len && again->items[next] <= step->t_ns) {
				next++;
				continue;
			}
		} else {
			moment.act = step->depth ? ACT_TAKE : ACT_TAKE_LAST;
		}
		r = vec_push(moments, moment);
	}
	return r;
}

/* The quickest that a row of clients was taken, each since the one before or since it came to
 * an empty queue. */
static double best_rate(const struct moments *moments, uint32_t limit)
{
	size_t row = limit / 2 + ROW_LEAST;
	struct times gaps = {0};
	int64_t since_ns = moments->items[0].t_ns, sum_ns = 0, best_ns = INT64_MAX;
	bool empty = true;
	size_t n;

	vec_each (moment, moments) {
		int64_t gap_ns = moment->t_ns - since_ns;

		if (moment->act == ACT_COME) {
			since_ns = empty ? moment->t_ns : since_ns;
			empty = false;
			continue;
		}
		since_ns = moment->t_ns;
		empty = moment->act == ACT_TAKE_LAST;
		if (vec_push(&gaps, gap_ns))
			break;
	}
	n = gaps.len < row ? gaps.len : row;
	for (size_t i = 0; i < gaps.len; i++) {
		sum_ns += gaps.items[i] - (i >= n ? gaps.items[i - n] : 0);
		if (i + 1 >= n && sum_ns < best_ns)
			best_ns = sum_ns;
	}
	vec_release(&gaps);
	if (!n)
		return 0;
	return (double)n * 1e9 / (double)(best_ns > 0 ? best_ns : 1);
}

struct queue {
	uint64_t depth, max;
	double taken; /* while really nobody waited, at the best pace: not yet a whole client */
	int64_t last_come_ns;
	uint64_t depth_at_last;
	uint64_t depth_half_way; /* of the clients that came */
};

static void run(const struct moments *moments, uint64_t came, double rate, struct queue *queue)
{
	bool idle = false;
	uint64_t n = 0;
	int64_t before_ns = moments->items[0].t_ns;

	vec_each (moment, moments) {
		if (idle)
			queue->taken += rate * (double)(moment->t_ns - before_ns) / 1e9;
		before_ns = moment->t_ns;
		while (queue->taken >= 1 && queue->depth) {
			queue->taken--;
			queue->depth--;
		}
		if (!queue->depth)
			queue->taken = 0;
		if (moment->act == ACT_COME) {
			queue->depth++;
			queue->max = queue->depth > queue->max ? queue->depth : queue->max;
			queue->last_come_ns = moment->t_ns;
			queue->depth_at_last = queue->depth;
			if (++n <= came / 2)
				queue->depth_half_way = queue->depth;
			idle = false;
		} else {
			queue->depth -= queue->depth > 0;
			idle = moment->act == ACT_TAKE_LAST;
		}
	}
}

static void conclude(const struct listener *listener, const struct episode *episode,
		     const struct queue *queue, struct replay *out)
{
	int64_t span_ns = queue->last_come_ns - episode->start_ns;
	double excess;

	out->known = true;
	/* one more than the backlog fits in */
	out->needed = queue->max > BACKLOG_MAX ? BACKLOG_MAX : queue->max ? queue->max - 1 : 0;
	if (out->needed <= listener->effective &&
	    (listener->dropped_peers.len || listener->unix_clients.len))
		out->needed = listener->effective + 1;
	out->arrival_rate = span_ns > 0 ? (double)out->came * 1e9 / (double)span_ns : 0;
	out->grows = (episode->open || span_ns >= SUSTAINED_NS) &&
		     queue->depth_at_last * 10 >= queue->max * 9 &&
		     queue->depth_at_last * 4 > queue->depth_half_way * 5 &&
		     out->arrival_rate > out->accept_rate;
	out->holds = queue->max <= BACKLOG_MAX + 1;
	excess = out->arrival_rate - out->accept_rate;
	out->refill_ns = excess > 0 ? (int64_t)((double)out->needed / excess * 1e9) : TIME_UNKNOWN;
}

int replay_of(const struct listener *listener, const struct episode *episode, struct replay *out)
{
	struct moments moments = {0};
	struct times again = {0};
	struct queue queue = {0};
	int r;

	*out = (struct replay){.refill_ns = TIME_UNKNOWN};
	r = turned_away_add(listener, episode, &moments, &again);
	if (!r)
		r = kept_waiting_add(listener, episode, &moments, &again);
	if (again.len)
		qsort(again.items, again.len, sizeof(*again.items), time_compare);
	if (!r)
		r = steps_add(listener, episode, &again, &moments);
	if (!r && moments.len) {
		qsort(moments.items, moments.len, sizeof(*moments.items), moment_compare);
		vec_each (moment, &moments)
			*(moment->act == ACT_COME ? &out->came : &out->taken) += 1;
		out->accept_rate = best_rate(&moments, listener->effective);
		run(&moments, out->came, out->accept_rate, &queue);
		conclude(listener, episode, &queue, out);
	}
	vec_release(&moments);
	vec_release(&again);
	return r;
}

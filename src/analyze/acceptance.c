/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the sums over turns, samples and gaps. Draws no conclusion from them.
 */
#include "analyze/acceptance.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/latency.h"
#include "analyze/segments.h"

#define PLACES_MAX 32
#define LONG_GAP_NS 100000000LL

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static bool same_place(const struct place *place, const struct thread_sample *sample)
{
	return place->state == sample->state && place->syscall == sample->syscall &&
	       place->fd == sample->fd && !strcmp(place->file, sample->file);
}

static int place_add(struct acceptance *out, const struct acceptor *acceptor,
		     const struct thread_sample *sample, int64_t ns)
{
	struct place place = {
		.state = sample->state,
		.syscall = sample->syscall,
		.fd = sample->fd,
		.connection = sample->connection,
		.file = sample->file,
		.acceptor = acceptor,
		.ns = ns,
	};

	out->placed_ns += ns;
	if (sample->state == ST_THREAD_STOPPED)
		out->stopped_ns += ns;
	else if (sample->state == ST_THREAD_FROZEN)
		out->frozen_ns += ns;
	vec_each (at, &out->places)
		if (same_place(at, sample)) {
			at->ns += ns;
			return 0;
		}
	return out->places.len < PLACES_MAX ? vec_push(&out->places, place) : 0;
}

static int segment_add(struct acceptance *out, const struct acceptor *acceptor,
		       const struct segment *segment, const struct episode *episode)
{
	int64_t ns = smaller(segment->end_ns, episode->end_ns) -
		     larger(segment->start_ns, episode->start_ns);

	if (ns <= 0)
		return 0;
	out->elsewhere_ns += ns;
	if (segment->state == SEGMENT_RUNNING)
		out->running_ns += ns;
	else if (segment->state == SEGMENT_RUNNABLE)
		out->runnable_ns += ns;
	else
		out->blocked_ns += ns;
	if (segment->state != SEGMENT_BLOCKED || !segment->sample)
		return 0;
	return place_add(out, acceptor, segment->sample, ns);
}

/* How much of a stay in accept() was while clients waited; gaps before `at` are over. */
static void accepting_add(struct acceptance *out, const struct segment *segment, size_t *at)
{
	const struct gaps *gaps = &out->gaps;

	while (*at < gaps->len && gaps->items[*at].end_ns <= segment->start_ns)
		++*at;
	for (size_t i = *at; i < gaps->len && gaps->items[i].start_ns < segment->end_ns; i++) {
		const struct gap *gap = &gaps->items[i];
		int64_t ns = smaller(segment->end_ns, gap->end_ns) -
			     larger(segment->start_ns, gap->start_ns);

		out->accepting_ns += larger(0, ns);
		if (gap->end_ns - gap->start_ns >= LONG_GAP_NS)
			out->accepting_long_ns += larger(0, ns);
	}
}

static int acceptor_add(struct acceptance *out, const struct acceptor *acceptor,
			const struct episode *episode)
{
	struct segments segments = {0};
	size_t at = 0;
	int r = segments_of(acceptor, &segments);

	if (r)
		return r;
	vec_each (segment, &segments) {
		if (segment->state == SEGMENT_ACCEPTING)
			accepting_add(out, segment, &at);
		else if (!r)
			r = segment_add(out, acceptor, segment, episode);
	}
	vec_release(&segments);
	return r;
}

static int place_compare(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return (x->ns < y->ns) - (x->ns > y->ns);
}

static bool out_of_fds(int32_t err)
{
	return err == EMFILE || err == ENFILE;
}

static void failures_add(struct acceptance *out, const struct acceptor *acceptor,
			 const struct episode *episode)
{
	bool within =
		acceptor->failed_ns >= episode->start_ns && acceptor->failed_ns <= episode->end_ns;
	bool last = acceptor->failed_ns >= acceptor->last_accept_ns &&
		    acceptor->failed_ns <= episode->end_ns;

	if (!out_of_fds(acceptor->failed_err))
		return;
	out->failures += acceptor->failures;
	out->failed_err = acceptor->failed_err;
	out->failed |= within || last;
	if (within || last || !out->failing)
		out->failing = acceptor->process;
}

static uint64_t turned_away(const struct listener *listener, int64_t start_ns, int64_t end_ns)
{
	uint64_t n = 0;

	vec_each (drop, &listener->drop_list)
		n += drop->path != DROP_COOKIE && drop->t_ns >= start_ns && drop->t_ns <= end_ns;
	return n;
}

static int gap_add(struct acceptance *out, const struct listener *listener, int64_t start_ns,
		   int64_t end_ns)
{
	struct gap gap = {start_ns, larger(start_ns, end_ns)};
	int64_t ns = gap.end_ns - gap.start_ns;

	out->waiting_ns += ns;
	if (ns >= LONG_GAP_NS) {
		out->longest_ns += ns;
		out->turned_away_long += turned_away(listener, start_ns, end_ns);
	}
	return vec_push(&out->gaps, gap);
}

static int gaps_spread(struct acceptance *out)
{
	int64_t *spans = malloc((out->gaps.len + 1) * sizeof(*spans));
	struct latency spread;
	int r = spans ? 0 : -ENOMEM;

	for (size_t i = 0; i < out->gaps.len && !r; i++)
		spans[i] = out->gaps.items[i].end_ns - out->gaps.items[i].start_ns;
	if (!r)
		r = latency_of(spans, out->gaps.len, &spread);
	if (!r) {
		out->gap_p50_ns = spread.p50;
		out->gap_max_ns = spread.max;
	}
	free(spans);
	return r;
}

/* While clients wait, the time from one accept to the next, whoever does it, and the one
 * that has not come yet. */
static int gaps_add(struct acceptance *out, const struct listener *listener,
		    const struct episode *episode)
{
	int64_t since_ns = episode->start_ns;
	bool waiting = true;
	int r = 0;

	out->turned_away = turned_away(listener, episode->start_ns, episode->end_ns);
	vec_each (step, &listener->steps) {
		if (step->kind == QUEUE_ENDED || step->t_ns < episode->start_ns ||
		    step->t_ns > episode->end_ns || r)
			continue;
		if (step->kind == QUEUE_ACCEPTED) {
			out->accepted++;
			r = gap_add(out, listener, since_ns, step->t_ns);
		}
		/* an arrival to an empty queue: until now nobody waited */
		if (step->kind == QUEUE_ACCEPTED || step->depth == 1)
			since_ns = step->t_ns;
		waiting = step->depth > 0;
	}
	if (!r && waiting)
		r = gap_add(out, listener, since_ns, episode->end_ns);
	if (!r)
		r = gaps_spread(out);
	return r;
}

static bool accepts_from(const struct acceptor *acceptor)
{
	return acceptor->accepted || acceptor->failures;
}

static bool leads(const struct acceptor *acceptor, const struct acceptor *leading)
{
	if (!leading || acceptor->accepted != leading->accepted)
		return !leading || acceptor->accepted > leading->accepted;
	return acceptor->samples.len > leading->samples.len;
}

int acceptance_of(const struct model *model, const struct listener *listener,
		  const struct episode *episode, struct acceptance *out)
{
	int r;

	*out = (struct acceptance){0};
	vec_each (at, &model->acceptors)
		if ((*at)->listener == listener && accepts_from(*at))
			out->threads++;
	r = gaps_add(out, listener, episode);
	vec_each (at, &model->acceptors) {
		const struct acceptor *acceptor = *at;

		/* where nobody is known to accept, all that could are looked at */
		if (acceptor->listener != listener || (out->threads && !accepts_from(acceptor)))
			continue;
		if (leads(acceptor, out->leading))
			out->leading = acceptor;
		failures_add(out, acceptor, episode);
		if (!r)
			r = acceptor_add(out, acceptor, episode);
	}
	if (out->places.len)
		qsort(out->places.items, out->places.len, sizeof(*out->places.items),
		      place_compare);
	return r;
}

void acceptance_release(struct acceptance *acceptance)
{
	vec_release(&acceptance->places);
	vec_release(&acceptance->gaps);
}

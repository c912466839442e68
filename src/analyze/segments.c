/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns how amounts of time become stretches. Does not judge them.
 */
#include "analyze/segments.h"

#include <errno.h>
#include <string.h>

/* A stretch between two moments at which the thread's clocks were read. */
struct interval {
	int64_t from_ns, to_ns;
	int64_t running_ns, runnable_ns;
	const struct thread_sample *before, *after; /* NULL: no sample was taken there */
};

static bool sample_blocked(const struct thread_sample *sample)
{
	return sample && sample->state != ST_THREAD_RUNNING && sample->state != ST_THREAD_RUNNABLE;
}

static bool same_place(const struct thread_sample *a, const struct thread_sample *b)
{
	return a == b || (a && b && a->state == b->state && a->syscall == b->syscall &&
			  a->fd == b->fd && a->arg == b->arg && a->socket == b->socket &&
			  a->connection == b->connection && !strcmp(a->file, b->file));
}

static int append(struct segments *out, int64_t *at_ns, int64_t length_ns, uint8_t state,
		  const struct thread_sample *sample)
{
	struct segment segment = {*at_ns, *at_ns + length_ns, state, sample};
	struct segment *last = out->len ? &out->items[out->len - 1] : NULL;

	if (length_ns <= 0)
		return 0;
	*at_ns += length_ns;
	if (last && last->end_ns == segment.start_ns && last->state == state &&
	    same_place(last->sample, sample)) {
		last->end_ns = segment.end_ns;
		return 0;
	}
	return vec_push(out, segment);
}

/* Blocked stands last, unless it is what the sample before found. */
static int append_interval(struct segments *out, const struct interval *interval)
{
	int64_t at = interval->from_ns, blocked;
	const struct thread_sample *sample = sample_blocked(interval->after)    ? interval->after
					     : sample_blocked(interval->before) ? interval->before
										: NULL;
	bool first = sample && sample == interval->before;
	int r = 0;

	if (interval->running_ns == TIME_UNKNOWN)
		return 0;
	blocked =
		interval->to_ns - interval->from_ns - interval->running_ns - interval->runnable_ns;
	if (first)
		r = append(out, &at, blocked, SEGMENT_BLOCKED, sample);
	if (!r)
		r = append(out, &at, interval->running_ns, SEGMENT_RUNNING, NULL);
	if (!r)
		r = append(out, &at, interval->runnable_ns, SEGMENT_RUNNABLE, NULL);
	if (!r && !first)
		r = append(out, &at, blocked, SEGMENT_BLOCKED, sample);
	return r;
}

static int append_sample(struct segments *out, const struct thread_sample *sample,
			 const struct thread_sample *before)
{
	struct interval interval = {.from_ns = sample->from_ns,
				    .to_ns = sample->t_ns,
				    .running_ns = sample->running_ns,
				    .runnable_ns = sample->runnable_ns,
				    .before = before,
				    .after = sample};

	return sample->from_ns == TIME_UNKNOWN ? 0 : append_interval(out, &interval);
}

/* Takes the samples before `end_ns` from `*next` on off what is left of the turn. */
static int append_samples(struct segments *out, const struct thread_samples *samples, size_t *next,
			  int64_t end_ns, struct interval *left)
{
	int r = 0;

	for (; !r && *next < samples->len && samples->items[*next].t_ns <= end_ns; ++*next) {
		const struct thread_sample *sample = &samples->items[*next];

		r = append_sample(out, sample, left->before);
		left->before = sample;
		left->from_ns = sample->t_ns;
		if (sample->running_ns == TIME_UNKNOWN || left->running_ns == TIME_UNKNOWN)
			continue;
		left->running_ns -= sample->running_ns;
		left->runnable_ns -= sample->runnable_ns;
	}
	return r;
}

/* What it ran and waited inside accept() cannot be told from before it. */
static void interval_fit(struct interval *left)
{
	int64_t room = left->to_ns - left->from_ns;

	if (left->running_ns == TIME_UNKNOWN)
		return;
	if (left->running_ns < 0)
		left->running_ns = 0;
	if (left->runnable_ns < 0)
		left->runnable_ns = 0;
	if (left->running_ns > room)
		left->running_ns = room;
	if (left->runnable_ns > room - left->running_ns)
		left->runnable_ns = room - left->running_ns;
}

static int append_turn(struct segments *out, const struct accept_turn *turn,
		       const struct thread_samples *samples, size_t *next)
{
	int64_t enter = turn->end_ns - turn->accepting_ns;
	struct interval left = {.from_ns = turn->start_ns,
				.to_ns = enter,
				.running_ns = turn->running_ns,
				.runnable_ns = turn->runnable_ns};
	int r = append_samples(out, samples, next, enter, &left);

	interval_fit(&left);
	if (!r)
		r = append_interval(out, &left);
	/* samples inside accept() add nothing */
	while (*next < samples->len && samples->items[*next].t_ns <= turn->end_ns)
		++*next;
	return r ? r : append(out, &enter, turn->accepting_ns, SEGMENT_ACCEPTING, NULL);
}

int segments_of(const struct acceptor *acceptor, struct segments *out)
{
	struct interval before = {.running_ns = TIME_UNKNOWN};
	size_t next = 0;
	int r = 0;

	if (acceptor->turns.len)
		r = append_samples(out, &acceptor->samples, &next,
				   acceptor->turns.items[0].start_ns, &before);
	vec_each (turn, &acceptor->turns)
		if (!r)
			r = append_turn(out, turn, &acceptor->samples, &next);
	before.before = NULL;
	return r ? r : append_samples(out, &acceptor->samples, &next, INT64_MAX, &before);
}

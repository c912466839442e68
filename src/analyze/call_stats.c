/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns what counts as a call, and as whose.
 */
#include "analyze/call_stats.h"

#include <assert.h>

static_assert(EVENT_SYN == CALL_STATS_CALLS, "the calls come first, close() is the last");

static void count_errors(struct call_stat *stat, int32_t err, uint64_t calls)
{
	unsigned i = 0;

	stat->errors += calls;
	while (i < stat->errnos && stat->by_errno[i].err != err)
		i++;
	if (i == CALL_STATS_ERRORS)
		return;
	if (i == stat->errnos)
		stat->by_errno[stat->errnos++].err = err;
	stat->by_errno[i].count += calls;
}

void call_stats_add(struct call_stats *stats, const struct event *event,
		    const struct socket *socket)
{
	uint64_t calls = event_is_data(event->name) ? event->count : 1;
	struct call_stat *stat;

	/* a release that nobody called for is none */
	if (!event_is_call(event->name) || (event->name == EVENT_CLOSE && event->fd < 0))
		return;
	if (socket && socket->peer_only) {
		stats->of_others += calls;
		return;
	}
	stat = &stats->calls[event->name];
	stat->count += calls;
	stat->bytes += event->bytes;
	if (event->err)
		count_errors(stat, event->err, calls);
	if (!event_is_run(event) && event->duration_ns >= 0)
		histogram_add(&stat->elapsed, event->duration_ns);
}

static bool comes_before(const struct call_stat *a, const struct call_stat *b)
{
	return a->elapsed.sum != b->elapsed.sum ? a->elapsed.sum > b->elapsed.sum
						: a->count > b->count;
}

unsigned call_stats_order(const struct call_stats *stats, enum event_name order[CALL_STATS_CALLS])
{
	unsigned n = 0;

	for (unsigned name = 0; name < CALL_STATS_CALLS; name++) {
		const struct call_stat *stat = &stats->calls[name];
		unsigned at = n;

		if (!stat->count)
			continue;
		for (; at && comes_before(stat, &stats->calls[order[at - 1]]); at--)
			order[at] = order[at - 1];
		order[at] = name;
		n++;
	}
	return n;
}

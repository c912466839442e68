/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How often each call was made, with what result, and how long it took: counted event by
 * event, in memory that does not grow, so that nothing has to be kept for it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/histogram.h"
#include "model/event.h"
#include "model/socket.h"

#define CALL_STATS_CALLS (EVENT_CLOSE + 1)
#define CALL_STATS_ERRORS 16 /* of one call, told apart by errno */

struct call_error {
	int32_t err;
	uint64_t count;
};

struct call_stat {
	uint64_t count;
	uint64_t errors;
	uint64_t bytes; /* SEND, RECV */
	struct histogram elapsed; /* ns; nothing of SEND and RECV: a run has no duration */
	struct call_error by_errno[CALL_STATS_ERRORS]; /* in the order they came */
	unsigned errnos; /* of by_errno; errors beyond are in `errors` alone */
};

/* All zero: empty. */
struct call_stats {
	struct call_stat calls[CALL_STATS_CALLS]; /* by enum event_name */
	uint64_t of_others; /* calls of other ends, which were not asked for: not in `calls` */
};

/* Counts an event as model_watch.event() tells of it, if it is a call. socket may be NULL. */
void call_stats_add(struct call_stats *stats, const struct event *event,
		    const struct socket *socket);

/* The calls that were made, the one that took longest in sum first, then by count. Gives
 * how many. */
unsigned call_stats_order(const struct call_stats *stats, enum event_name order[CALL_STATS_CALLS]);

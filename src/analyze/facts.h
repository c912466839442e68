/* SPDX-License-Identifier: BSD-2-Clause
 *
 * All that the rules are judged by: the numbers of one listener in one episode.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "analyze/acceptance.h"
#include "analyze/episode.h"
#include "analyze/latency.h"
#include "analyze/replay.h"
#include "model/model.h"

struct facts {
	const struct model *model;
	const struct listener *listener;
	const struct netns *netns; /* NULL: not known */
	struct episode episode;
	int64_t now_ns; /* how far it was watched */
	bool complete; /* no loss touched the episode */

	/* turned away in the episode */
	uint64_t drops[DROP_PATH_MAX];
	uint64_t drops_again; /* of DROP_UNIX: EAGAIN */
	bool blind; /* drops cannot be told one by one here */
	uint64_t counted; /* blind: how many the kernel counted, whatever they were */
	uint64_t attempts, hosts; /* of all paths but cookies */
	uint64_t back; /* attempts that got in later */
	int64_t back_min_ns, back_max_ns; /* after how long; TIME_UNKNOWN: none */
	int64_t watched_ns; /* from the last drop until now_ns */

	/* the queue in the episode */
	uint32_t limit, depth_min, depth_max; /* min: once it was crowded */
	uint64_t arrivals, accepted, ended;
	int64_t crowded_ns; /* the longest time it was at least half full without a break */
	bool fell; /* it was seen to fall, once it was crowded */
	uint32_t syn_queue_max;

	/* connections being served */
	uint32_t open_min, open_max; /* in the episode, once the queue was crowded */
	uint32_t open_ever; /* the most before and in it */
	int64_t crowded_sum_ns, plateau_ns; /* all time it was so, and as many were open as ever */
	uint64_t after_end; /* accepts that came soon after another connection had ended */
	uint64_t moving; /* connections of it that moved data in the episode */
	uint64_t reset_in_queue; /* before anybody accepted them, such as by its close() */
	struct latency waits, services; /* of all that is known of the listener */

	struct replay replay;
	struct acceptance acceptance;
	int32_t somaxconn; /* of its namespace now; -1: not known */
};

/* 0 or -ENOMEM. */
int facts_of(const struct model *model, const struct listener *listener,
	     const struct episode *episode, int64_t now_ns, struct facts *out);
void facts_release(struct facts *facts);

bool facts_overflow(const struct facts *facts); /* clients met a full accept queue */
bool facts_unix(const struct facts *facts);
int64_t facts_duration_ns(const struct facts *facts);
const struct process *facts_owner(const struct facts *facts); /* who accepts; NULL: not known */
bool facts_owner_lives(const struct facts *facts);

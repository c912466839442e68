/* SPDX-License-Identifier: BSD-2-Clause
 *
 * "How large must it be?": an episode once more, with a backlog that turns nobody away.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "analyze/episode.h"
#include "model/model.h"

#define BACKLOG_MAX 65535

struct replay {
	bool known; /* there was something to replay */
	bool holds; /* a backlog up to BACKLOG_MAX would have turned nobody away */
	bool grows; /* clients came faster than they were taken, to the very end */
	uint32_t needed; /* the smallest that holds */
	uint64_t came, taken; /* clients, attempts turned away included, and accepts */
	double arrival_rate, accept_rate; /* a second; accepting: at its best, clients waiting */
	int64_t refill_ns; /* how soon `needed` would be full again at these rates; or unknown */
};

/* 0 or -ENOMEM. */
int replay_of(const struct listener *listener, const struct episode *episode, struct replay *out);

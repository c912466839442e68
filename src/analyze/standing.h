/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How a listener stood while nobody could see more than that: from readings alone, as the
 * low-privilege source gives them. It tells that clients are turned away, not why.
 */
#pragma once

#include <stdint.h>

#include "base/vec.h"
#include "model/model.h"

struct standing {
	const struct listener *listener; /* borrowed from the model */
	int64_t watched_ns;
	int64_t full_ns; /* of it the queue was seen over its limit */
	uint32_t depth_max, limit; /* limit: as last read */
	uint32_t drops; /* the rise of the kernel's own count of the socket */
};

VEC_TYPE(standings, struct standing);

/* Of the listeners that were only read, worst first: dropping, full, nearest to full.
 * 0 or -ENOMEM. */
int standings_of(const struct model *model, struct standings *out);

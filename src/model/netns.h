/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A network namespace that followed listeners are in: its settings, and the
 * kernel's own counters of what was turned away in it.
 */
#pragma once

#include <stdint.h>

#include "base/vec.h"
#include "model/event.h"
#include "socktrace/record.h"

struct netns_reading {
	int64_t t_ns;
	uint64_t counter[ST_COUNTER_MAX]; /* since boot: take differences */
};

struct netns {
	uint32_t inum;
	/* settings as last read; -1: not known */
	int32_t somaxconn, max_syn_backlog, syncookies, abort_on_overflow, migrate_req;
	VEC(struct netns_reading) readings; /* in order of time; at most 10,000 */
};

/* How much a counter rose from the first reading to the last; 0 where there are less than two. */
uint64_t netns_rise(const struct netns *netns, enum st_counter counter);

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the interval. Does not know what is read, or why it took so long.
 */
#include "capture/pace.h"

/* A third of what the scheduler gives a thread in one go: at most so long in one piece. */
#define BUSY_NS (500 * 1000LL)

void pace_init(struct pace *pace)
{
	pace->interval_ms = PACE_SLOWEST_MS;
}

/* Shorter at once, longer by degrees. */
void pace_adapt(struct pace *pace, int64_t busy_ns)
{
	int64_t interval_ms = busy_ns > BUSY_NS / 2 ? pace->interval_ms * BUSY_NS / busy_ns
						    : pace->interval_ms * 2;

	if (interval_ms < PACE_FASTEST_MS)
		interval_ms = PACE_FASTEST_MS;
	if (interval_ms > PACE_SLOWEST_MS)
		interval_ms = PACE_SLOWEST_MS;
	pace->interval_ms = interval_ms;
}

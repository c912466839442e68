/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the interval. Does not know what is read.
 */
#include "capture/pace.h"

/* At most so long in one piece: so long may a thread of a server have to wait. */
#define ROUND_NS (500 * 1000LL)

void pace_init(struct pace *pace)
{
	pace->interval_ms = PACE_SLOWEST_MS;
}

/* Shorter at once, longer by degrees. */
void pace_adapt(struct pace *pace, int64_t took_ns)
{
	int64_t interval_ms = pace->interval_ms * 2;

	if (took_ns > ROUND_NS / 2)
		interval_ms = pace->interval_ms * ROUND_NS / took_ns;
	if (interval_ms < PACE_FASTEST_MS)
		interval_ms = PACE_FASTEST_MS;
	if (interval_ms > PACE_SLOWEST_MS)
		interval_ms = PACE_SLOWEST_MS;
	pace->interval_ms = interval_ms;
}

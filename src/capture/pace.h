/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How long the reader sleeps between two looks at the ring. While it works, a thread of a busy
 * server may wait for its CPU: the more there is to read, the more often it is read, little each
 * time.
 */
#pragma once

#include <stdint.h>

#define PACE_SLOWEST_MS 40
#define PACE_FASTEST_MS 2

struct pace {
	int interval_ms;
};

void pace_init(struct pace *pace);

/* What there was after its last sleep took so long to read (CPU time). */
void pace_adapt(struct pace *pace, int64_t took_ns);

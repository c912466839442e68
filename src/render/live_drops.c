/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the count of drops in the present second; knows no lines.
 */
#include "render/live_drops.h"

#define NS_PER_S 1000000000LL

bool live_drops_show(struct live_drops *drops, int64_t t_ns)
{
	if (t_ns / NS_PER_S > drops->second) {
		drops->second = t_ns / NS_PER_S;
		drops->shown = 0;
	}
	if (drops->shown < LIVE_DROPS_A_SECOND) {
		drops->shown++;
		return true;
	}
	drops->held++;
	return false;
}

uint64_t live_drops_held(struct live_drops *drops, int64_t t_ns)
{
	uint64_t held = drops->held;

	if (!held || t_ns / NS_PER_S <= drops->second)
		return 0;
	drops->held = 0;
	return held;
}

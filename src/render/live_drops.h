/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which drops get a line of the live trace: some of each second, so that a flood
 * does not push all else off the screen; then how many more there were.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define LIVE_DROPS_A_SECOND 10

struct live_drops {
	int64_t second; /* of the lines counted here */
	unsigned shown;
	uint64_t held; /* in that second, without a line */
};

/* A drop of that moment: false, it is held back. */
bool live_drops_show(struct live_drops *drops, int64_t t_ns);

/* How many were held back in a second that is over at that moment; they are told then. */
uint64_t live_drops_held(struct live_drops *drops, int64_t t_ns);

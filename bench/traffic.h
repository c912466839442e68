/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Invented traffic at a few listeners, the same at every run: who comes when, how full
 * the queue is then, who is turned away and comes again, who is accepted when.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRAFFIC_LISTENERS 4
#define TRAFFIC_TRIES 4 /* SYNs of one client at most: after 1, 3 and 7 s */

struct visit {
	uint64_t syn_ns[TRAFFIC_TRIES]; /* the last of them came in, unless it was lost too */
	uint64_t accepted_ns, end_ns;
	uint32_t depth[TRAFFIC_TRIES]; /* of the queue, as each found it */
	uint8_t tries;
	uint8_t listener;
	bool lost; /* every SYN was dropped */
	bool reset; /* by the client, at the end */
};

struct traffic {
	struct visit *visits; /* in the order of their first SYN */
	size_t count;
	uint64_t start_ns, end_ns; /* when all are gone */
};

extern const uint32_t traffic_limits[TRAFFIC_LISTENERS];

/* `count` visits that begin within `span_ns`. 0 or -ENOMEM; to be released. */
int traffic_init(struct traffic *traffic, size_t count, uint64_t start_ns, uint64_t span_ns);
void traffic_release(struct traffic *traffic);

/* The next of a sequence that is the same at every run: below `limit`. */
uint64_t traffic_random(uint64_t limit);

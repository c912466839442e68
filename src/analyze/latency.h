/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How times are spread: percentiles, and how many fall in each decade.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct latency {
	int64_t p50, p90, p99, max; /* ns; TIME_UNKNOWN where count is 0 */
	uint64_t count;
};

/* Of n times in ns, in any order. The p-th percentile is the smallest value that at
 * least p % of all do not exceed. 0 or -ENOMEM. */
int latency_of(const int64_t *values, size_t n, struct latency *out);

/* Decades: under 10 µs, under 100 µs, …, under 10 s, and above. */
#define LATENCY_DECADES 8

struct latency_spread {
	uint64_t count[LATENCY_DECADES];
};

void latency_spread_add(struct latency_spread *spread, int64_t ns);
int64_t latency_decade_limit(unsigned decade); /* ns; INT64_MAX for the last */

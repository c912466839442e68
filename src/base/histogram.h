/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How many values there were of which size, in memory that does not grow with them:
 * log-linear buckets, 32 to each power of two. Count, sum, minimum and maximum are exact;
 * a percentile is off by at most 1/64.
 */
#pragma once

#include <stdint.h>

#define HISTOGRAM_LINEAR_BITS 5
#define HISTOGRAM_LINEAR (1 << HISTOGRAM_LINEAR_BITS)
#define HISTOGRAM_BUCKETS ((64 - HISTOGRAM_LINEAR_BITS + 1) * HISTOGRAM_LINEAR)

/* All zero: empty. */
struct histogram {
	uint64_t count, sum;
	uint64_t min, max; /* where count is not 0 */
	uint64_t buckets[HISTOGRAM_BUCKETS];
};

void histogram_add(struct histogram *histogram, uint64_t value);

/* The smallest value that at least percent % of all do not exceed; 0 where it is empty. */
uint64_t histogram_percentile(const struct histogram *histogram, unsigned percent);

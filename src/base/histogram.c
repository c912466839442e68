/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns which bucket a value falls in; does not know what is measured.
 */
#include "base/histogram.h"

/* Values below 2 * HISTOGRAM_LINEAR have a bucket each. Of a larger one the leading bit and
 * the HISTOGRAM_LINEAR_BITS after it say which. */
static unsigned bucket_of(uint64_t value)
{
	unsigned shift;

	if (value < 2 * HISTOGRAM_LINEAR)
		return value;
	shift = 63 - __builtin_clzll(value) - HISTOGRAM_LINEAR_BITS;
	return shift * HISTOGRAM_LINEAR + (value >> shift);
}

/* The value in the middle of a bucket. */
static uint64_t bucket_middle(unsigned bucket)
{
	unsigned shift;
	uint64_t first;

	if (bucket < 2 * HISTOGRAM_LINEAR)
		return bucket;
	shift = bucket / HISTOGRAM_LINEAR - 1;
	first = (uint64_t)(bucket - shift * HISTOGRAM_LINEAR) << shift;
	return first + ((1ULL << shift) >> 1);
}

void histogram_add(struct histogram *histogram, uint64_t value)
{
	if (!histogram->count++ || value < histogram->min)
		histogram->min = value;
	histogram->sum += value;
	if (value > histogram->max)
		histogram->max = value;
	histogram->buckets[bucket_of(value)]++;
}

uint64_t histogram_percentile(const struct histogram *histogram, unsigned percent)
{
	uint64_t wanted =
		histogram->count / 100 * percent + (histogram->count % 100 * percent + 99) / 100;
	uint64_t seen = 0, middle;
	unsigned bucket = 0;

	if (!histogram->count)
		return 0;
	while (seen + histogram->buckets[bucket] < wanted)
		seen += histogram->buckets[bucket++];
	middle = bucket_middle(bucket);
	if (middle < histogram->min)
		return histogram->min;
	return middle < histogram->max ? middle : histogram->max;
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the arithmetic of times; knows neither where they come from nor how they
 * are shown.
 */
#include "analyze/latency.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/event.h"

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int64_t percentile(const int64_t *sorted, size_t n, unsigned percent)
{
	return sorted[(n * percent + 99) / 100 - 1];
}

int latency_of(const int64_t *values, size_t n, struct latency *out)
{
	int64_t *sorted;

	if (!n) {
		*out = (struct latency){TIME_UNKNOWN, TIME_UNKNOWN, TIME_UNKNOWN, TIME_UNKNOWN, 0};
		return 0;
	}
	sorted = malloc(n * sizeof(*sorted));
	if (!sorted)
		return -ENOMEM;
	memcpy(sorted, values, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), compare);
	out->p50 = percentile(sorted, n, 50);
	out->p90 = percentile(sorted, n, 90);
	out->p99 = percentile(sorted, n, 99);
	out->max = sorted[n - 1];
	out->count = n;
	free(sorted);
	return 0;
}

int64_t latency_decade_limit(unsigned decade)
{
	int64_t limit = 10000;

	if (decade >= LATENCY_DECADES - 1)
		return INT64_MAX;
	while (decade--)
		limit *= 10;
	return limit;
}

void latency_spread_add(struct latency_spread *spread, int64_t ns)
{
	unsigned decade = 0;

	while (ns >= latency_decade_limit(decade) && decade < LATENCY_DECADES - 1)
		decade++;
	spread->count[decade]++;
}

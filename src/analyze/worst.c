/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the order of bad to good; knows nothing of how many rows fit.
 */
#include "analyze/worst.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int64_t connection_delay(const struct connection *connection)
{
	int64_t delay = 0;

	if (connection->connect_ns != TIME_UNKNOWN)
		delay += connection->connect_ns;
	if (connection->accept_wait_ns != TIME_UNKNOWN)
		delay += connection->accept_wait_ns;
	return delay;
}

static int compare_badness(const void *a, const void *b)
{
	const struct connection *x = *(const struct connection *const *)a;
	const struct connection *y = *(const struct connection *const *)b;
	int64_t delay_x = connection_delay(x), delay_y = connection_delay(y);

	if (connection_failed(x) != connection_failed(y))
		return connection_failed(x) ? -1 : 1;
	if (delay_x != delay_y)
		return delay_x > delay_y ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

long worst_connections(const struct connection_list *all, size_t max, const struct connection **out)
{
	const struct connection **sorted = malloc((all->len + 1) * sizeof(*sorted));
	size_t n = all->len < max ? all->len : max;

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < all->len; i++)
		sorted[i] = all->items[i];
	qsort(sorted, all->len, sizeof(*sorted), compare_badness);
	memcpy(out, sorted, n * sizeof(*out));
	free(sorted);
	return n;
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the choice; what is kept is the model's.
 */
#include "cmd/keep.h"

/* How long the client had to wait: what a reader will ask about. */
static int64_t slowness(const struct connection *connection)
{
	int64_t connect = connection->connect_ns == TIME_UNKNOWN ? 0 : connection->connect_ns;
	int64_t wait = connection->accept_wait_ns == TIME_UNKNOWN ? 0 : connection->accept_wait_ns;

	return connect + wait;
}

static void swap(struct connection **a, struct connection **b)
{
	struct connection *c = *a;

	*a = *b;
	*b = c;
}

static void sift_up(struct keep *keep, size_t i)
{
	for (; i && slowness(keep->slowest[i]) < slowness(keep->slowest[(i - 1) / 2]);
	     i = (i - 1) / 2)
		swap(&keep->slowest[i], &keep->slowest[(i - 1) / 2]);
}

static void sift_down(struct keep *keep, size_t i)
{
	for (;;) {
		size_t least = i;

		for (size_t c = 2 * i + 1; c <= 2 * i + 2 && c < keep->slow; c++)
			if (slowness(keep->slowest[c]) < slowness(keep->slowest[least]))
				least = c;
		if (least == i)
			return;
		swap(&keep->slowest[i], &keep->slowest[least]);
		i = least;
	}
}

static bool keep_slow(struct keep *keep, struct model *model, struct connection *connection)
{
	if (keep->slow < KEEP_SLOWEST) {
		keep->slowest[keep->slow] = connection;
		sift_up(keep, keep->slow++);
		return true;
	}
	if (slowness(connection) <= slowness(keep->slowest[0]))
		return false;
	model_forget(model, keep->slowest[0]);
	keep->slowest[0] = connection;
	sift_down(keep, 0);
	return true;
}

bool keep_connection(struct keep *keep, struct model *model, struct connection *connection)
{
	if (keep->all)
		return true;
	if (keep->first < KEEP_FIRST)
		return ++keep->first;
	if (connection_failed(connection) && keep->failed < KEEP_FAILED)
		return ++keep->failed;
	return keep_slow(keep, model, connection);
}

bool keep_socket(struct keep *keep, const struct socket *socket)
{
	(void)socket;
	return keep->all || keep->sockets++ < KEEP_FAILED;
}

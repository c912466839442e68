/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns how long each waited, as far as that was seen, and the sums.
 */
#include "analyze/clients.h"

#include <errno.h>
#include <stdlib.h>

static bool touches(const struct facts *facts, const struct unix_client *client)
{
	int64_t until_ns = client->until_ns != TIME_UNKNOWN ? client->until_ns : client->last_ns;

	return client->since_ns <= facts->episode.end_ns && until_ns >= facts->episode.start_ns;
}

/* Nobody saw it return, its process lives, and there is still no room. */
static bool waits_still(const struct facts *facts, const struct unix_client *client)
{
	const struct listener *listener = facts->listener;

	return client->until_ns == TIME_UNKNOWN && !client->eagain &&
	       listener->closed_ns == TIME_UNKNOWN && listener->depth > listener->effective &&
	       (!client->process || client->process->end_ns == TIME_UNKNOWN);
}

static int64_t waited_ns(const struct facts *facts, const struct unix_client *client)
{
	if (client->until_ns != TIME_UNKNOWN)
		return client->until_ns - client->since_ns;
	if (client->process && client->process->end_ns != TIME_UNKNOWN)
		return client->process->end_ns - client->since_ns;
	if (facts->listener->closed_ns != TIME_UNKNOWN)
		return facts->listener->closed_ns - client->since_ns;
	return waits_still(facts, client) ? facts->now_ns - client->since_ns : TIME_UNKNOWN;
}

static struct waiting_process *place_of(const struct process *process,
					struct waiting_processes *out)
{
	struct waiting_process waiting = {.process = process, .wait_max_ns = TIME_UNKNOWN};

	vec_each (at, out)
		if (at->process == process)
			return at;
	return vec_push(out, waiting) ? NULL : &out->items[out->len - 1];
}

static void add(const struct facts *facts, const struct unix_client *client,
		struct waiting_process *waiting)
{
	int64_t ns = waited_ns(facts, client);

	if (client->eagain) {
		waiting->eagain += client->eagain;
		return;
	}
	waiting->waits++;
	waiting->waits_still |= waits_still(facts, client);
	if (ns != TIME_UNKNOWN && ns >= 0 &&
	    (waiting->wait_max_ns == TIME_UNKNOWN || ns > waiting->wait_max_ns))
		waiting->wait_max_ns = ns;
}

static int compare(const void *a, const void *b)
{
	const struct waiting_process *x = a, *y = b;
	int64_t x_ns = x->wait_max_ns == TIME_UNKNOWN ? -1 : x->wait_max_ns;
	int64_t y_ns = y->wait_max_ns == TIME_UNKNOWN ? -1 : y->wait_max_ns;

	if (x_ns != y_ns)
		return (x_ns < y_ns) - (x_ns > y_ns);
	return (x->eagain < y->eagain) - (x->eagain > y->eagain);
}

int clients_of(const struct facts *facts, struct waiting_processes *out)
{
	*out = (struct waiting_processes){0};
	vec_each (client, &facts->listener->unix_clients) {
		struct waiting_process *waiting =
			touches(facts, client) ? place_of(client->process, out) : NULL;

		if (waiting)
			add(facts, client, waiting);
		else if (touches(facts, client))
			return -ENOMEM;
	}
	if (out->len)
		qsort(out->items, out->len, sizeof(*out->items), compare);
	return 0;
}

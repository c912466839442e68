/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the words and commands of advice. Does not decide who gets it.
 */
#include "analyze/advice.h"

#include <inttypes.h>

#define BACKLOG_LEAST 64

uint32_t advice_backlog(const struct facts *facts)
{
	uint64_t wanted = 2 * (uint64_t)facts->replay.needed, proposed = BACKLOG_LEAST;

	if (wanted <= facts->limit)
		wanted = 2 * (uint64_t)facts->limit;
	while (proposed < wanted)
		proposed *= 2;
	return proposed > BACKLOG_MAX ? BACKLOG_MAX : proposed;
}

void advise_set_backlog(const struct facts *facts, struct finding *finding, const char *lead)
{
	const struct process *owner = facts_owner(facts);
	uint32_t proposed = advice_backlog(facts);
	struct advice *advice;

	if (facts_unix(facts) || !owner || owner->end_ns != TIME_UNKNOWN ||
	    facts->listener->closed_ns != TIME_UNKNOWN || !facts->listener->address.port)
		return;
	advice = tell_advice(finding, "set-backlog",
			     "%s: socktrace set-backlog %" PRIu32 " -p %u -L %u "
			     "(lasts until it calls listen() again or restarts).",
			     lead, proposed, owner->pid, facts->listener->address.port);
	if (!advice)
		return;
	tell_into(finding, &advice->present, "%" PRIu32, facts->limit);
	tell_into(finding, &advice->proposed, "%" PRIu32, proposed);
	tell_into(finding, &advice->command, "socktrace set-backlog %" PRIu32 " -p %u -L %u",
		  proposed, owner->pid, facts->listener->address.port);
}

void advise_somaxconn(const struct facts *facts, struct finding *finding, uint32_t proposed)
{
	const struct process *owner = facts_owner(facts);
	struct advice *advice;

	if (facts->somaxconn >= 0 && (uint32_t)facts->somaxconn >= proposed)
		return;
	advice =
		tell_advice(finding, "raise net.core.somaxconn",
			    "Raise net.core.somaxconn in the server's network namespace to %" PRIu32
			    ", then restart the server or have it call listen() again.",
			    proposed);
	if (!advice)
		return;
	if (facts->somaxconn >= 0)
		tell_into(finding, &advice->present, "%d", facts->somaxconn);
	tell_into(finding, &advice->proposed, "%" PRIu32, proposed);
	if (owner)
		tell_into(finding, &advice->command,
			  "nsenter --net=/proc/%u/ns/net sysctl -w net.core.somaxconn=%" PRIu32,
			  owner->pid, proposed);
}

void advise_listen_argument(const struct facts *facts, struct finding *finding, uint32_t proposed)
{
	int64_t requested = facts->listener->requested;
	struct advice *advice =
		tell_advice(finding, "raise the listen() argument",
			    "Raise the backlog the server asks for in listen() to at least %" PRIu32
			    "; raising net.core.somaxconn alone changes nothing.",
			    proposed);

	if (!advice)
		return;
	if (requested != REQUESTED_UNKNOWN)
		tell_into(finding, &advice->present, "%" PRId64, requested);
	tell_into(finding, &advice->proposed, "%" PRIu32, proposed);
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * capacity-exceeded: clients come faster than they are accepted at best, and no queue is
 * long enough for that.
 */
#include "analyze/rules.h"

static bool fits(const struct facts *facts)
{
	const struct acceptance *acceptance = &facts->acceptance;
	bool idle =
		acceptance->threads == 1 && acceptance->blocked_ns * 2 > acceptance->elsewhere_ns;

	return facts->replay.known && (!facts->replay.holds || facts->replay.grows) && !idle;
}

static void tell(const struct facts *facts, struct finding *finding)
{
	tell_sentence(finding,
		      "Clients came at %.0f a second; at its best it accepted %.0f a second, and "
		      "no backlog up to %d would have held.",
		      facts->replay.arrival_rate, facts->replay.accept_rate, BACKLOG_MAX);
	tell_advice(finding, "accept in parallel",
		    "Accept in more threads or processes, each with a listening socket of its own "
		    "(SO_REUSEPORT), or on more machines.");
}

static void excuse(const struct facts *facts, struct finding *finding)
{
	if (facts->replay.known && facts->replay.arrival_rate <= facts->replay.accept_rate)
		tell_excluded(finding, RULE_CAPACITY_EXCEEDED,
			      "clients came at %.0f a second, and %.0f a second were accepted at "
			      "its best",
			      facts->replay.arrival_rate, facts->replay.accept_rate);
}

const struct rule_form rule_capacity = {fits, tell, excuse};

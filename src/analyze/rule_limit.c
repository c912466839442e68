/* SPDX-License-Identifier: BSD-2-Clause
 *
 * acceptor-at-limit: the server accepts no more because it has as many connections as it
 * wants to have.
 */
#include <inttypes.h>

#include "analyze/rules.h"

/* Nobody got in: then it is at its limit if it serves all it ever had nearly all the time,
 * and does work, or waits for events as a loop does that has let go of its listener. */
static bool plateau_without_accepts(const struct facts *facts)
{
	const struct acceptance *acceptance = &facts->acceptance;
	const struct place *place = acceptance->places.len ? &acceptance->places.items[0] : NULL;
	bool loops = place && acceptance->threads <= 1 && place_polls(facts, place);

	return facts->open_max >= 2 && facts->crowded_sum_ns &&
	       facts->plateau_ns * 10 >= facts->crowded_sum_ns * 9 && (facts->moving || loops);
}

static bool limit_fits(const struct facts *facts)
{
	if (facts->open_ever < 2 || facts_held(facts))
		return false;
	if (!facts->accepted)
		return plateau_without_accepts(facts);
	return facts->plateau_ns * 10 >= facts->crowded_sum_ns * 7 && facts->crowded_sum_ns &&
	       facts->after_end * 10 >= facts->accepted * 7;
}

static void limit_tell(const struct facts *facts, struct finding *finding)
{
	struct strbuf who strbuf_cleanup = STRBUF_INIT;

	facts_who(facts, &who);
	tell_sentence(finding,
		      "%s served %" PRIu32 " connections at once all the time, and accepted a new "
		      "one only when another had ended (%" PRIu64 " did): that is its own limit.",
		      strbuf_text(&who), facts->open_max, facts->ended);
	tell_places(facts, finding);
	tell_advice(finding, "raise the server's own limit",
		    "Raise the server's limit of connections, workers or threads, %" PRIu32
		    " as seen, or let it end idle ones sooner; a restart or a longer backlog "
		    "changes nothing.",
		    facts->open_max);
	tell_number(finding, "open_connections_min", facts->open_min);
	tell_number(finding, "open_connections_max", facts->open_max);
	tell_number(finding, "ended", (int64_t)facts->ended);
}

static void limit_excuse(const struct facts *facts, struct finding *finding)
{
	if (facts->accepted && facts->open_max > 1)
		tell_excluded(finding, RULE_ACCEPTOR_AT_LIMIT,
			      "its open connections stand at no limit (%" PRIu32 " to %" PRIu32 ")",
			      facts->open_min, facts->open_max);
}

const struct rule_form rule_at_limit = {limit_fits, limit_tell, limit_excuse};

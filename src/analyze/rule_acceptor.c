/* SPDX-License-Identifier: BSD-2-Clause
 *
 * acceptor-stopped, acceptor-slow: who should accept did not, or not often enough, and not
 * for want of clients.
 */
#include <inttypes.h>

#include "analyze/advice.h"
#include "analyze/rules.h"
#include "base/units.h"

#define STOPPED_NS 500000000LL /* for less it may only have paused */
#define BLOCKED_NS 200000LL /* the same, where most of it was spent blocked */

static bool stopped_fits(const struct facts *facts)
{
	return !facts->accepted && !facts->fell && facts->crowded_ns >= STOPPED_NS &&
	       facts_owner_lives(facts) && !facts_held(facts) && !rule_at_limit.fits(facts);
}

static void stopped_tell(const struct facts *facts, struct finding *finding)
{
	struct strbuf who strbuf_cleanup = STRBUF_INIT, span strbuf_cleanup = STRBUF_INIT;

	facts_who(facts, &who);
	tell_span(&span, facts_duration_ns(facts));
	tell_sentence(finding,
		      "%s lives, but accepted nothing in all of %s: the queue never fell below "
		      "%" PRIu32 ".",
		      strbuf_text(&who), strbuf_text(&span), facts->depth_min);
	tell_places(facts, finding);
	tell_advice(finding, "restart",
		    "Find out why the accept loop ended or hangs where its threads are now, and "
		    "mend its error handling; until then restart the server.");
}

static void stopped_excuse(const struct facts *facts, struct finding *finding)
{
	if (!facts->accepted)
		tell_excluded(finding, RULE_ACCEPTOR_STOPPED, "the queue fell in that time");
}

/* Of the time that clients waited, what the acceptor spent on other things: not in accept(),
 * and not wanting for a CPU. */
static int64_t elsewhere_ns(const struct facts *facts, int64_t waiting_ns, int64_t accepting_ns)
{
	const struct acceptance *acceptance = &facts->acceptance;
	int64_t ns = waiting_ns;

	if (acceptance->threads == 1)
		ns -= accepting_ns;
	if (acceptance->elsewhere_ns && ns > 0)
		ns -= (int64_t)((double)ns * (double)acceptance->runnable_ns /
				(double)acceptance->elsewhere_ns);
	return ns > 0 ? ns : 0;
}

static int64_t mean_gap_ns(const struct facts *facts)
{
	int64_t ns =
		elsewhere_ns(facts, facts->acceptance.waiting_ns, facts->acceptance.accepting_ns);

	return ns / (int64_t)(facts->accepted ? facts->accepted : 1);
}

static bool slow_fits(const struct facts *facts)
{
	const struct acceptance *acceptance = &facts->acceptance;
	int64_t mean_ns = mean_gap_ns(facts);
	int64_t long_ns =
		elsewhere_ns(facts, acceptance->longest_ns, acceptance->accepting_long_ns);

	/* where no accept can be seen, none is no sign */
	if (facts->blind && !facts->accepted && !facts->arrivals)
		return false;
	if (mean_ns >= SLOW_NS || (long_ns && long_ns * 2 >= acceptance->waiting_ns))
		return true;
	/* it paused, and most of those turned away came just then */
	if (long_ns * 2 >= acceptance->longest_ns && acceptance->turned_away_long &&
	    acceptance->turned_away_long * 2 >= acceptance->turned_away)
		return true;
	/* where several take turns, one that is blocked is no sign */
	return acceptance->threads == 1 && mean_ns >= BLOCKED_NS &&
	       acceptance->blocked_ns * 2 > acceptance->elsewhere_ns;
}

static void slow_tell(const struct facts *facts, struct finding *finding)
{
	const struct acceptance *acceptance = &facts->acceptance;
	struct strbuf text strbuf_cleanup = STRBUF_INIT;

	if (acceptance->leading && acceptance->threads == 1)
		strbuf_printf(&text, "Thread %u accepted ", acceptance->leading->tid);
	else
		strbuf_add(&text, "It accepted ");
	tell_count(&text, facts->accepted, "connection", "connections");
	strbuf_add(&text, " in that time. Between two accepts it spent ");
	tell_span(&text, acceptance->gap_p50_ns);
	strbuf_add(&text, " (median), ");
	tell_span(&text, acceptance->gap_max_ns);
	strbuf_add(&text, " at most");
	if (acceptance->elsewhere_ns)
		strbuf_printf(&text, ", %d %% of it blocked and %d %% running elsewhere",
			      (int)(acceptance->blocked_ns * 100 / acceptance->elsewhere_ns),
			      (int)(acceptance->running_ns * 100 / acceptance->elsewhere_ns));
	tell_sentence(finding, "%s.", strbuf_text(&text));
	tell_places(facts, finding);
	tell_advice(finding, "take the work out of the accept loop",
		    "Take the work out of the accept loop (threads, or an event loop that never "
		    "waits); a longer backlog only hides it.");
	advise_set_backlog(facts, finding, "Until then");
}

static void slow_excuse(const struct facts *facts, struct finding *finding)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;

	if (!facts->accepted)
		return;
	tell_span(&text, facts->acceptance.waiting_ns / (int64_t)facts->accepted);
	tell_excluded(finding, RULE_ACCEPTOR_SLOW, "while clients waited it accepted one every %s",
		      strbuf_text(&text));
}

const struct rule_form rule_stopped = {stopped_fits, stopped_tell, stopped_excuse};
const struct rule_form rule_slow = {slow_fits, slow_tell, slow_excuse};

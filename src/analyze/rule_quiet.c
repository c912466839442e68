/* SPDX-License-Identifier: BSD-2-Clause
 *
 * accept-wait-high, healthy: nobody was turned away.
 */
#include <inttypes.h>

#include "analyze/advice.h"
#include "analyze/rules.h"
#include "base/units.h"

#define WAIT_NS 100000000LL

static bool waits_are_high(const struct facts *facts)
{
	return facts->episode.whole && facts->waits.count && facts->services.count &&
	       facts->waits.p99 > WAIT_NS && facts->waits.p99 / 10 > facts->services.p50;
}

static bool wait_fits(const struct facts *facts)
{
	return facts->crowded_ns >= EPISODE_CROWDED_NS || waits_are_high(facts);
}

static void wait_tell(const struct facts *facts, struct finding *finding)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;

	if (facts->crowded_ns >= EPISODE_CROWDED_NS) {
		strbuf_add(&text, "The accept queue was at least half full for ");
		tell_span(&text, facts->crowded_ns);
		strbuf_printf(&text, ", %" PRIu32 " of %" PRIu32 " at most", facts->depth_max,
			      facts->limit);
		if (!facts->counted)
			strbuf_add(&text, "; nobody was turned away");
	} else {
		strbuf_add(&text, facts->waits.count >= 100 ? "One client in a hundred waited "
							    : "The slowest client waited ");
		tell_span(&text, facts->waits.p99);
		strbuf_add(&text, facts->waits.count >= 100 ? " or more" : "");
		strbuf_add(&text, " to be accepted; clients were then served in ");
		tell_span(&text, facts->services.p50);
		strbuf_add(&text, " (median)");
	}
	tell_sentence(finding, "%s.", strbuf_text(&text));
	tell_places(facts, finding);
	tell_advice(finding, "accept sooner",
		    "Take work out of the accept loop or accept in more threads, before clients "
		    "are turned away.");
}

static bool healthy_fits(const struct facts *facts)
{
	(void)facts;
	return true;
}

static void healthy_tell(const struct facts *facts, struct finding *finding)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;

	if (facts->blind) {
		tell_sentence(finding,
			      "Its queue was short whenever it was looked at, and the kernel "
			      "counted no drop; who came cannot be seen here.");
		return;
	}
	tell_count(&text, facts->listener->arrivals, "connection", "connections");
	strbuf_add(&text, " came, nobody was turned away");
	if (facts->reset_in_queue) {
		strbuf_add(&text, ", ");
		units_count(&text, facts->reset_in_queue);
		strbuf_add(&text, facts->reset_in_queue == 1 ? " was reset while it waited"
							     : " were reset while they waited");
	}
	strbuf_add(&text, "; the accept queue held ");
	strbuf_printf(&text, "at most %" PRIu32 " of %" PRIu32, facts->listener->depth_max,
		      facts->limit);
	if (facts->waits.count) {
		strbuf_add(&text, ", clients waited ");
		tell_span(&text, facts->waits.p50);
		strbuf_add(&text, " in it (median), ");
		tell_span(&text, facts->waits.p99);
		strbuf_add(&text, " (p99)");
	}
	tell_sentence(finding, "%s.", strbuf_text(&text));
	if (facts->listener->protocol == PROTOCOL_TCP)
		tell_sentence(finding,
			      "A SYN lost before it reached this host cannot be seen here.");
}

const struct rule_form rule_wait_high = {wait_fits, wait_tell, NULL};
const struct rule_form rule_healthy = {healthy_fits, healthy_tell, NULL};

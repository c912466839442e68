/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns these sentences and the common part of the evidence. Names no cause.
 */
#include "analyze/turned_away.h"

#include <inttypes.h>

static void tell_what(const struct facts *facts, struct finding *finding)
{
	uint64_t syns = facts->drops[DROP_SYN], acks = facts->drops[DROP_ACK];
	struct strbuf text strbuf_cleanup = STRBUF_INIT;

	if (facts->counted) {
		tell_count(&text, facts->counted, "drop", "drops");
		strbuf_add(&text, " counted by the kernel; whom they met, when and why cannot be "
				  "seen here");
		tell_sentence(finding, "%s.", strbuf_text(&text));
		tell_summary(finding, "%s", strbuf_text(&text));
	}
	if (!syns && !acks)
		return;
	if (syns)
		tell_count(&text, syns, "SYN", "SYNs");
	if (syns && acks)
		strbuf_add(&text, " and ");
	if (acks)
		tell_count(&text, acks, "last ACK of a handshake", "last ACKs of handshakes");
	strbuf_add(&text, " dropped because the accept queue was full");
	if (facts->attempts) {
		strbuf_add(&text, ": ");
		tell_count(&text, facts->attempts, "attempt", "attempts");
		strbuf_add(&text, " from ");
		tell_count(&text, facts->hosts, "host", "hosts");
	}
	tell_sentence(finding, "%s.", strbuf_text(&text));
	tell_summary(finding, "%s", strbuf_text(&text));
}

static void tell_fate(const struct facts *facts, struct finding *finding)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	uint64_t away = facts->attempts - facts->back;

	if (!facts->attempts || facts_unix(facts))
		return;
	if (facts->back) {
		tell_count(&text, facts->back, "attempt", "attempts");
		strbuf_add(&text, " got in on a retry after ");
		tell_span(&text, facts->back_min_ns);
		/* to the same hundredth it is one time */
		if (facts->back_max_ns - facts->back_min_ns > 10000000) {
			strbuf_add(&text, " to ");
			tell_span(&text, facts->back_max_ns);
		}
	}
	if (away) {
		if (facts->back)
			strbuf_printf(&text, "; %" PRIu64, away);
		else
			tell_count(&text, away, "attempt", "attempts");
		strbuf_add(&text, away == 1 ? " was not back " : " were not back ");
		tell_span(&text, facts->watched_ns);
		strbuf_add(&text, " later");
	}
	tell_sentence(finding, "%s.", strbuf_text(&text));
}

void tell_turned_away(const struct facts *facts, struct finding *finding)
{
	tell_what(facts, finding);
	tell_fate(facts, finding);
}

static void tell_acceptance(const struct facts *facts, struct finding *finding)
{
	const struct acceptance *acceptance = &facts->acceptance;
	bool gaps = facts->accepted || facts_overflow(facts);

	tell_number(finding, "acceptor_threads", acceptance->threads);
	tell_time(finding, "accept_gap_p50_ns", gaps ? acceptance->gap_p50_ns : TIME_UNKNOWN);
	tell_time(finding, "accept_gap_max_ns", gaps ? acceptance->gap_max_ns : TIME_UNKNOWN);
	tell_time(finding, "running_ns",
		  acceptance->elsewhere_ns ? acceptance->running_ns : TIME_UNKNOWN);
	tell_time(finding, "runnable_ns",
		  acceptance->elsewhere_ns ? acceptance->runnable_ns : TIME_UNKNOWN);
	tell_time(finding, "blocked_ns",
		  acceptance->elsewhere_ns ? acceptance->blocked_ns : TIME_UNKNOWN);
}

/* What cannot be seen is not 0. */
static void tell_drops(const struct facts *facts, struct finding *finding, const char *key,
		       enum drop_path path)
{
	tell_time(finding, key, facts->blind ? TIME_UNKNOWN : (int64_t)facts->drops[path]);
}

void tell_figures(const struct facts *facts, struct finding *finding)
{
	const struct listener *listener = facts->listener;
	bool replayed = facts->replay.known && facts_overflow(facts);

	tell_drops(facts, finding, "drops_syn", DROP_SYN);
	tell_drops(facts, finding, "drops_ack", DROP_ACK);
	tell_drops(facts, finding, "drops_syn_queue", DROP_SYN_QUEUE);
	tell_drops(facts, finding, "drops_other", DROP_OTHER);
	tell_drops(facts, finding, "cookies_sent", DROP_COOKIE);
	tell_number(finding, "attempts", (int64_t)facts->attempts);
	tell_number(finding, "hosts", (int64_t)facts->hosts);
	tell_number(finding, "connected_later", (int64_t)facts->back);
	tell_number(finding, "watched_ns", facts->watched_ns);
	tell_time(finding, "backlog_requested",
		  listener->requested == REQUESTED_UNKNOWN ? TIME_UNKNOWN : listener->requested);
	tell_number(finding, "backlog_effective", facts->limit);
	tell_time(finding, "somaxconn", facts->somaxconn < 0 ? TIME_UNKNOWN : facts->somaxconn);
	tell_number(finding, "depth_max", facts->depth_max);
	tell_number(finding, "arrivals", (int64_t)facts->arrivals);
	tell_number(finding, "accepted", (int64_t)facts->accepted);
	tell_time(finding, "backlog_needed",
		  replayed && facts->replay.holds ? (int64_t)facts->replay.needed : TIME_UNKNOWN);
	tell_acceptance(facts, finding);
	tell_time(finding, "accept_wait_p50_ns", facts->waits.p50);
	tell_time(finding, "accept_wait_p99_ns", facts->waits.p99);
}

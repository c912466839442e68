/* SPDX-License-Identifier: BSD-2-Clause
 *
 * backlog-clamped, backlog-stale, backlog-too-small: a longer queue would have held the
 * episode, and where the present number comes from.
 */
#include <inttypes.h>

#include "analyze/advice.h"
#include "analyze/rules.h"

/* listen() takes the number as unsigned: a negative one asks for all there is. */
bool facts_asked_for_more(const struct facts *facts)
{
	const struct listener *listener = facts->listener;

	if (listener->requested == REQUESTED_UNKNOWN)
		return false;
	return listener->requested < 0 || listener->requested > (int64_t)listener->effective;
}

static bool asked_known(const struct facts *facts)
{
	return facts->listener->requested != REQUESTED_UNKNOWN;
}

bool facts_clamped(const struct facts *facts)
{
	if (facts->somaxconn < 0)
		return facts_asked_for_more(facts);
	return (int64_t)facts->listener->effective >= facts->somaxconn;
}

/* The numbers that servers and libraries are known to ask for. */
static const char *origin(const struct facts *facts)
{
	switch (asked_known(facts) ? facts->listener->requested
				   : (int64_t)facts->listener->effective) {
	case 511:
		return "511 is what nginx, Redis, Node and Apache ask for";
	case 128:
		return "128 is the C library's old SOMAXCONN, and mio's default";
	case 100:
		return "100 is uWSGI's default";
	case 2048:
		return "2048 is gunicorn's default";
	case 50:
		return "50 is Java's default";
	case 5:
		return "5 is what every tutorial writes";
	default:
		return NULL;
	}
}

static void tell_origin(const struct facts *facts, struct finding *finding)
{
	/* what was not seen to be asked for tells nothing where it was cut */
	if (origin(facts) && (asked_known(facts) || !facts_clamped(facts)))
		tell_sentence(finding, "Where the number comes from: %s.", origin(facts));
}

static void tell_needed(const struct facts *facts, struct finding *finding)
{
	tell_sentence(finding,
		      "A backlog of %" PRIu32 " would have turned nobody away in this episode.",
		      facts->replay.needed);
}

static bool would_hold(const struct facts *facts)
{
	return !facts->replay.known || facts->replay.holds;
}

static bool clamped_fits(const struct facts *facts)
{
	return would_hold(facts) && facts_clamped(facts);
}

static void clamped_tell(const struct facts *facts, struct finding *finding)
{
	const struct listener *listener = facts->listener;

	if (asked_known(facts))
		tell_sentence(finding,
			      "It asked for %" PRId64 " and was given %" PRIu32
			      ": net.core.somaxconn of its network namespace.",
			      listener->requested, listener->effective);
	else
		tell_sentence(finding,
			      "Its backlog is just net.core.somaxconn of its network namespace, "
			      "%" PRIu32 ": it asked for that or more (its listen() was before "
			      "the trace, and the kernel keeps only what it gave).",
			      listener->effective);
	tell_needed(facts, finding);
	tell_origin(facts, finding);
	advise_somaxconn(facts, finding, advice_backlog(facts));
	if (asked_known(facts) && listener->requested >= 0 &&
	    listener->requested < (int64_t)advice_backlog(facts))
		advise_listen_argument(facts, finding, advice_backlog(facts));
	advise_set_backlog(facts, finding, "After that, without a restart");
}

static void clamped_excuse(const struct facts *facts, struct finding *finding)
{
	if (facts_clamped(facts))
		return;
	if (asked_known(facts))
		tell_excluded(finding, RULE_BACKLOG_CLAMPED, "%" PRId64 " asked, %" PRIu32 " given",
			      facts->listener->requested, facts->listener->effective);
	else
		tell_excluded(finding, RULE_BACKLOG_CLAMPED,
			      "its backlog, %" PRIu32 ", is below net.core.somaxconn, %d",
			      facts->listener->effective, facts->somaxconn);
}

static bool stale_fits(const struct facts *facts)
{
	return would_hold(facts) && facts_asked_for_more(facts) && facts->somaxconn >= 0 &&
	       (int64_t)facts->listener->effective < facts->somaxconn;
}

static void stale_tell(const struct facts *facts, struct finding *finding)
{
	tell_sentence(finding,
		      "It asked for %" PRId64 " and was given %" PRIu32
		      "; net.core.somaxconn has been raised to %d since, but the limit is "
		      "fixed when listen() is called.",
		      facts->listener->requested, facts->listener->effective, facts->somaxconn);
	tell_needed(facts, finding);
	tell_origin(facts, finding);
	tell_advice(finding, "restart", "Restart the server, so that it calls listen() again.");
	if (facts->somaxconn < (int64_t)facts->replay.needed)
		advise_somaxconn(facts, finding, advice_backlog(facts));
	advise_set_backlog(facts, finding, "Or now, without a restart");
}

static void stale_excuse(const struct facts *facts, struct finding *finding)
{
	if (!asked_known(facts) && !facts_clamped(facts) && finding->rule > RULE_CAPACITY_EXCEEDED)
		tell_excluded(finding, RULE_BACKLOG_STALE,
			      "what it asked for was not seen: its listen() was before the trace");
}

static bool too_small_fits(const struct facts *facts)
{
	return would_hold(facts);
}

static void too_small_tell(const struct facts *facts, struct finding *finding)
{
	if (asked_known(facts))
		tell_sentence(finding, "It asked for a backlog of %" PRId64 " and has it.",
			      facts->listener->requested);
	tell_needed(facts, finding);
	tell_origin(facts, finding);
	advise_listen_argument(facts, finding, advice_backlog(facts));
	advise_somaxconn(facts, finding, advice_backlog(facts));
	advise_set_backlog(facts, finding, "Until then");
}

static void too_small_excuse(const struct facts *facts, struct finding *finding)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;

	if (!facts->replay.known || finding->rule > RULE_CAPACITY_EXCEEDED)
		return;
	if (!facts->replay.holds || facts->replay.grows) {
		tell_excluded(finding, RULE_BACKLOG_TOO_SMALL,
			      "a longer one would only have filled later: "
			      "the queue grew to the end");
		return;
	}
	strbuf_printf(&text, "to hold this episode it would have needed %" PRIu32,
		      facts->replay.needed);
	if (facts->replay.refill_ns != TIME_UNKNOWN) {
		strbuf_add(&text, ", and at that rate it fills again in ");
		tell_span(&text, facts->replay.refill_ns);
	}
	tell_excluded(finding, RULE_BACKLOG_TOO_SMALL, "%s", strbuf_text(&text));
}

const struct rule_form rule_clamped = {clamped_fits, clamped_tell, clamped_excuse};
const struct rule_form rule_stale = {stale_fits, stale_tell, stale_excuse};
const struct rule_form rule_too_small = {too_small_fits, too_small_tell, too_small_excuse};

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the precedence of the rules and the findings of a whole model. Knows of no rule what
 * it looks at.
 */
#include "analyze/finding.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "analyze/rules.h"
#include "analyze/turned_away.h"

#define CONNECTIONS_MAX 1000
#define STOPPED_NS 3000000000LL /* a full queue that never falls, though nobody else has come */

static const struct {
	const char *text;
	enum severity severity;
	const struct rule_form *form;
} rules[] = {
	[RULE_ACCEPTOR_OUT_OF_FDS] = {"acceptor-out-of-fds", SEVERITY_CRITICAL, &rule_out_of_fds},
	[RULE_REUSEPORT_MEMBER_STUCK] = {"reuseport-member-stuck", SEVERITY_CRITICAL,
					 &rule_member_stuck},
	[RULE_ACCEPTOR_STOPPED] = {"acceptor-stopped", SEVERITY_CRITICAL, &rule_stopped},
	[RULE_ACCEPTOR_AT_LIMIT] = {"acceptor-at-limit", SEVERITY_CRITICAL, &rule_at_limit},
	[RULE_ACCEPTOR_STARVED] = {"acceptor-starved", SEVERITY_CRITICAL, &rule_starved},
	[RULE_ACCEPTOR_SLOW] = {"acceptor-slow", SEVERITY_CRITICAL, &rule_slow},
	[RULE_CAPACITY_EXCEEDED] = {"capacity-exceeded", SEVERITY_CRITICAL, &rule_capacity},
	[RULE_BACKLOG_CLAMPED] = {"backlog-clamped", SEVERITY_CRITICAL, &rule_clamped},
	[RULE_BACKLOG_STALE] = {"backlog-stale", SEVERITY_CRITICAL, &rule_stale},
	[RULE_BACKLOG_TOO_SMALL] = {"backlog-too-small", SEVERITY_CRITICAL, &rule_too_small},
	[RULE_UNIX_BACKLOG_FULL] = {"unix-backlog-full", SEVERITY_CRITICAL, &rule_unix_full},
	[RULE_SYN_QUEUE_FULL] = {"syn-queue-full", SEVERITY_CRITICAL, &rule_syn_queue_full},
	[RULE_SYN_QUEUE_COOKIES] = {"syn-queue-cookies", SEVERITY_WARNING, &rule_cookies},
	[RULE_HANDSHAKE_LOSS] = {"handshake-loss", SEVERITY_WARNING, &rule_handshake_loss},
	[RULE_DEFER_ACCEPT] = {"defer-accept", SEVERITY_WARNING, &rule_defer_accept},
	[RULE_LISTEN_DROP_OTHER] = {"listen-drop-other", SEVERITY_WARNING, &rule_drop_other},
	[RULE_ACCEPT_WAIT_HIGH] = {"accept-wait-high", SEVERITY_WARNING, &rule_wait_high},
	[RULE_HEALTHY] = {"healthy", SEVERITY_INFO, &rule_healthy},
};
static_assert(sizeof(rules) / sizeof(*rules) == RULE_MAX, "a rule without a name");

const char *rule_text(enum rule rule)
{
	return rule < RULE_MAX ? rules[rule].text : "?";
}

enum severity rule_severity(enum rule rule)
{
	return rules[rule].severity;
}

uint64_t finding_id(const struct listener *listener, size_t episode)
{
	return listener->id << 32 | episode;
}

/* Whether a rule that is true can be what the episode is called by. */
static bool may_lead(enum rule rule, const struct facts *facts)
{
	bool waits = rules[RULE_ACCEPT_WAIT_HIGH].form->fits(facts);

	if (rule > RULE_BACKLOG_TOO_SMALL)
		return true;
	/* of a UNIX listener these are why its queue is full */
	if (facts_unix(facts) && facts->drops[DROP_UNIX])
		return false;
	if (rule == RULE_ACCEPTOR_OUT_OF_FDS && waits)
		return true;
	if (rule == RULE_ACCEPTOR_STOPPED && facts->crowded_ns >= STOPPED_NS)
		return true;
	return facts_overflow(facts);
}

static enum rule lead(const struct facts *facts)
{
	enum rule rule = 0;

	while (rule < RULE_HEALTHY && !(may_lead(rule, facts) && rules[rule].form->fits(facts)))
		rule++;
	return rule;
}

/* A longer queue is no remedy for what the acceptor does, nor for want of capacity. */
static bool contributes(enum rule rule, enum rule leading, const struct facts *facts)
{
	if (rule == leading || rule == RULE_HEALTHY || rule == RULE_ACCEPT_WAIT_HIGH)
		return false;
	if (rule == RULE_BACKLOG_CLAMPED || rule == RULE_BACKLOG_STALE)
		return facts_overflow(facts) && facts_asked_for_more(facts) &&
		       rules[rule].form->fits(facts);
	if (rule == RULE_BACKLOG_TOO_SMALL || rule == RULE_CAPACITY_EXCEEDED)
		return false;
	if (rule < RULE_BACKLOG_TOO_SMALL && leading > RULE_UNIX_BACKLOG_FULL &&
	    leading != RULE_ACCEPT_WAIT_HIGH)
		return false;
	return rules[rule].form->fits(facts);
}

static void connections_add(const struct facts *facts, struct finding *finding)
{
	vec_each (peer, &facts->listener->dropped_peers) {
		if (peer->last_ns < facts->episode.start_ns ||
		    peer->first_ns > facts->episode.end_ns || !peer->connection)
			continue;
		if (finding->connections.len == CONNECTIONS_MAX)
			return;
		if (vec_push(&finding->connections, peer->connection))
			finding->error = -ENOMEM;
	}
}

static int finding_of(const struct facts *facts, uint64_t id, struct finding *out)
{
	enum rule leading = lead(facts);

	*out = (struct finding){
		.id = id,
		.rule = leading,
		.severity = rules[leading].severity,
		.complete = facts->complete,
		.listener = facts->listener,
		.start_ns = facts->episode.start_ns,
		.end_ns = facts->episode.end_ns,
	};
	tell_turned_away(facts, out);
	rules[leading].form->tell(facts, out);
	tell_figures(facts, out);
	connections_add(facts, out);
	for (enum rule rule = 0; rule < RULE_MAX; rule++) {
		const struct rule_form *form = rules[rule].form;

		if (contributes(rule, leading, facts))
			tell_contributing(out, rule);
		else if (rule != leading && form->excuse && leading < RULE_UNIX_BACKLOG_FULL &&
			 facts_overflow(facts))
			form->excuse(facts, out);
	}
	if (!out->summary && out->sentences.len)
		tell_summary(out, "%s", out->sentences.items[0]);
	return out->error;
}

static int judge(const struct model *model, const struct listener *listener,
		 const struct episode *episode, size_t number, int64_t now_ns, struct findings *out)
{
	struct facts facts;
	struct finding finding = {0};
	int r = facts_of(model, listener, episode, now_ns, &facts);

	if (!r)
		r = finding_of(&facts, finding_id(listener, number), &finding);
	if (!r)
		r = vec_push(out, finding);
	if (r)
		finding_release(&finding);
	facts_release(&facts);
	return r;
}

/* Of a listener without trouble: the time it was there, all of it. */
static struct episode whole_of(const struct listener *listener, int64_t now_ns)
{
	return (struct episode){
		.start_ns = listener->opened_ns == TIME_UNKNOWN ? 0 : listener->opened_ns,
		.end_ns = listener->closed_ns == TIME_UNKNOWN ? now_ns : listener->closed_ns,
		.open = listener->closed_ns == TIME_UNKNOWN,
		.whole = true,
	};
}

static int listener_findings(const struct model *model, const struct listener *listener,
			     int64_t now_ns, struct findings *out)
{
	struct episode whole = whole_of(listener, now_ns);
	struct episodes episodes = {0};
	int r = episodes_of(listener, now_ns, &episodes);

	for (size_t i = 0; i < episodes.len && !r; i++)
		r = judge(model, listener, &episodes.items[i], i + 1, now_ns, out);
	if (!r && !episodes.len)
		r = judge(model, listener, &whole, 0, now_ns, out);
	vec_release(&episodes);
	return r;
}

/* Readings alone tell no cause, nor does a trace that left out accept(). */
static bool can_be_judged(const struct listener *listener)
{
	return !listener->polled && !listener->accepts_untold;
}

int findings_of(const struct model *model, struct findings *out)
{
	int r = 0;

	*out = (struct findings){0};
	for (size_t i = 0; i < model->listeners.len && !r; i++)
		if (can_be_judged(model->listeners.items[i]))
			r = listener_findings(model, model->listeners.items[i],
					      model->capture.duration_ns, out);
	if (r)
		findings_release(out);
	return r;
}

int findings_ended(const struct model *model, int64_t since_ns, int64_t now_ns,
		   struct findings *out)
{
	int r = 0;

	*out = (struct findings){0};
	for (size_t i = 0; i < model->listeners.len && !r; i++) {
		const struct listener *listener = model->listeners.items[i];
		struct episodes episodes = {0};

		if (can_be_judged(listener))
			r = episodes_of(listener, now_ns, &episodes);
		for (size_t e = 0; e < episodes.len && !r; e++) {
			const struct episode *episode = &episodes.items[e];

			if (!episode->open && episode->end_ns + EPISODE_GAP_NS > since_ns)
				r = judge(model, listener, episode, e + 1, now_ns, out);
		}
		vec_release(&episodes);
	}
	if (r)
		findings_release(out);
	return r;
}

void finding_release(struct finding *finding)
{
	vec_each (exclusion, &finding->excluded)
		free(exclusion->because);
	vec_each (advice, &finding->advice) {
		free(advice->action);
		free(advice->present);
		free(advice->proposed);
		free(advice->command);
		free(advice->text);
	}
	vec_each (sentence, &finding->sentences)
		free(*sentence);
	free(finding->summary);
	vec_release(&finding->connections);
	vec_release(&finding->contributing);
	vec_release(&finding->evidence);
	vec_release(&finding->excluded);
	vec_release(&finding->advice);
	vec_release(&finding->sentences);
}

void findings_release(struct findings *findings)
{
	vec_each (finding, findings)
		finding_release(finding);
	vec_release(findings);
}

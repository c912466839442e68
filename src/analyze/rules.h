/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Private to src/analyze: the rules. Each says whether it is true of an episode, and tells
 * what speaks for it and what to do, or why it is not the cause. None knows the others'
 * precedence: that is finding.c's.
 */
#pragma once

#include "analyze/telling.h"

struct rule_form {
	bool (*fits)(const struct facts *facts);
	/* It is the primary one: a sentence or two, evidence of its own, advice. */
	void (*tell)(const struct facts *facts, struct finding *finding);
	/* It is not: says why, if one might have thought so. NULL: nobody would. */
	void (*excuse)(const struct facts *facts, struct finding *finding);
};

extern const struct rule_form rule_out_of_fds, rule_member_stuck, rule_stopped, rule_at_limit,
	rule_starved, rule_slow, rule_capacity, rule_clamped, rule_stale, rule_too_small,
	rule_unix_full, rule_syn_queue_full, rule_cookies, rule_handshake_loss, rule_defer_accept,
	rule_drop_other, rule_wait_high, rule_healthy;

/* What several rules have in common. */

#define SLOW_NS 2000000LL /* time between accepts that is no longer the work of accepting */

/* The acceptor was kept from running, though it wanted to. */
bool facts_held(const struct facts *facts);
/* Whether the backlog was cut to somaxconn; requested but not given, where that was seen. */
bool facts_clamped(const struct facts *facts);
bool facts_asked_for_more(const struct facts *facts);
/* "Thread 4240 was 98 % of the time blocked in recv(4) from 10.0.0.7:53112." */
void tell_places(const struct facts *facts, struct finding *finding);
/* The thread waited for events on many fds, as an event loop does. */
bool place_polls(const struct facts *facts, const struct place *place);
/* Who to speak of: "python3[4240]". */
void facts_who(const struct facts *facts, struct strbuf *out);

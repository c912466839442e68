/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A finding: what is wrong (or that nothing is) at a listener in one episode, with
 * the numbers that say so, what was ruled out, and what to do. Data only: the words
 * and the layout are render/'s, but for the advice's, which are analyze/'s.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "model/model.h"

/* In the order in which they are tried: the first that fits is the primary one. */
enum rule {
	RULE_ACCEPTOR_OUT_OF_FDS,
	RULE_REUSEPORT_MEMBER_STUCK,
	RULE_ACCEPTOR_STOPPED,
	RULE_ACCEPTOR_AT_LIMIT,
	RULE_ACCEPTOR_STARVED,
	RULE_ACCEPTOR_SLOW,
	RULE_CAPACITY_EXCEEDED,
	RULE_BACKLOG_CLAMPED,
	RULE_BACKLOG_STALE,
	RULE_BACKLOG_TOO_SMALL,
	RULE_UNIX_BACKLOG_FULL,
	RULE_SYN_QUEUE_FULL,
	RULE_SYN_QUEUE_COOKIES,
	RULE_HANDSHAKE_LOSS,
	RULE_DEFER_ACCEPT,
	RULE_LISTEN_DROP_OTHER,
	RULE_ACCEPT_WAIT_HIGH,
	RULE_HEALTHY,
	RULE_MAX,
};

enum severity { SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_CRITICAL };

const char *rule_text(enum rule rule); /* "acceptor-slow", …: the contract's names */
enum severity rule_severity(enum rule rule);

/* One number of the evidence; keys are fixed per rule (docs/FORMAT.md lists them). */
struct evidence {
	const char *key; /* static */
	int64_t value;
	bool known; /* false: null */
};

struct exclusion {
	uint8_t rule;
	char *because; /* owned */
};

struct advice {
	char *action; /* owned, as the rest: "raise the listen() argument" */
	char *present, *proposed; /* values as text; NULL: none */
	char *command; /* what to type; NULL: none */
	char *text; /* the whole in a sentence */
};

struct finding {
	uint64_t id; /* finding_id(): the same live and from a recording */
	uint8_t rule, severity;
	bool complete; /* no loss touched the episode */
	const struct listener *listener; /* borrowed from the model */
	int64_t start_ns, end_ns; /* of the episode */
	VEC(uint64_t) connections; /* ids, at most 1,000 */
	VEC(uint8_t) contributing; /* rules */
	VEC(struct evidence) evidence;
	VEC(struct exclusion) excluded;
	VEC(struct advice) advice;
	char *summary; /* one sentence, owned */
	VEC(char *) sentences; /* the verdict's body in words, a sentence each, owned */
	int error; /* 0, or -ENOMEM: it is not whole */
};

VEC_TYPE(findings, struct finding);

/* Of a listener the n-th episode has the id (listener, n), from 1; what is said of the whole
 * time has n = 0. In text "3-1". */
uint64_t finding_id(const struct listener *listener, size_t episode);
void finding_release(struct finding *finding);

/* All findings of a model, in order of listener and time. model_finish() has been called, or
 * the capture still runs. 0 or -ENOMEM. */
int findings_of(const struct model *model, struct findings *out);
void findings_release(struct findings *findings);

/* The same while the capture runs: of each listener those episodes that ended before now_ns
 * and after since_ns, and cannot go on. */
int findings_ended(const struct model *model, int64_t since_ns, int64_t now_ns,
		   struct findings *out);

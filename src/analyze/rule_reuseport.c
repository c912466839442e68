/* SPDX-License-Identifier: BSD-2-Clause
 *
 * reuseport-member-stuck: the kernel shares clients out among the members of a group by
 * their addresses, whether a member takes them or not.
 */
#include <inttypes.h>

#include "analyze/rules.h"

struct others {
	unsigned members, easy;
	uint64_t accepted;
};

/* How the other members fared meanwhile. */
static struct others others_of(const struct facts *facts)
{
	struct others others = {0};

	vec_each (at, &facts->model->listeners) {
		const struct listener *other = *at;
		uint32_t depth = 0;

		if (other == facts->listener || !facts->listener->group ||
		    other->group != facts->listener->group)
			continue;
		vec_each (step, &other->steps) {
			if (step->t_ns < facts->episode.start_ns ||
			    step->t_ns > facts->episode.end_ns)
				continue;
			others.accepted += step->kind == QUEUE_ACCEPTED;
			depth = step->depth > depth ? step->depth : depth;
		}
		others.members++;
		others.easy += depth <= other->effective;
	}
	return others;
}

static bool fits(const struct facts *facts)
{
	struct others others = others_of(facts);

	return others.easy &&
	       2 * facts->accepted * others.members <= others.accepted + (facts->accepted == 0);
}

static void tell(const struct facts *facts, struct finding *finding)
{
	struct others others = others_of(facts);
	struct strbuf who strbuf_cleanup = STRBUF_INIT;

	facts_who(facts, &who);
	tell_sentence(finding,
		      "This is one of %u members of a SO_REUSEPORT group: %s accepted %" PRIu64
		      ", the others %" PRIu64 ", and %u of them had room.",
		      others.members + 1, strbuf_text(&who), facts->accepted, others.accepted,
		      others.easy);
	tell_places(facts, finding);
	tell_number(finding, "members", others.members + 1);
	tell_number(finding, "accepted_by_others", (int64_t)others.accepted);
	tell_advice(finding, "mend that worker",
		    "Look at that worker alone and restart it; its clients are lost to it by "
		    "their addresses, however idle the others are.");
	if (!facts->listener->migrates)
		tell_advice(finding, "reuseport migration",
			    "With net.ipv4.tcp_migrate_req=1 its queue moves to the others when "
			    "it closes its socket.");
}

const struct rule_form rule_member_stuck = {fits, tell, NULL};

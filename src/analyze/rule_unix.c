/* SPDX-License-Identifier: BSD-2-Clause
 *
 * unix-backlog-full: nobody is turned away silently; connect() waits, or says EAGAIN.
 */
#include <inttypes.h>

#include "analyze/advice.h"
#include "analyze/rules.h"

static bool fits(const struct facts *facts)
{
	return facts_unix(facts) && facts->drops[DROP_UNIX];
}

static void tell(const struct facts *facts, struct finding *finding)
{
	const struct listener *listener = facts->listener;
	uint32_t proposed = 2 * (facts->depth_max > facts->limit ? facts->depth_max : facts->limit);

	tell_sentence(finding,
		      "%" PRIu64 " times connect() found the queue full: %" PRIu64
		      " waited, %" PRIu64 " got EAGAIN.",
		      facts->drops[DROP_UNIX], listener->unix_blocked, listener->unix_eagain);
	tell_places(facts, finding);
	tell_number(finding, "connects", (int64_t)facts->drops[DROP_UNIX]);
	tell_number(finding, "blocked", (int64_t)listener->unix_blocked);
	tell_number(finding, "eagain", (int64_t)listener->unix_eagain);
	advise_listen_argument(facts, finding, proposed < 64 ? 64 : proposed);
	if (facts_clamped(facts))
		advise_somaxconn(facts, finding, proposed < 64 ? 64 : proposed);
	tell_advice(finding, "accept faster",
		    "Accept faster: more workers, or the work taken out of the accept loop.");
}

const struct rule_form rule_unix_full = {fits, tell, NULL};

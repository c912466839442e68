/* SPDX-License-Identifier: BSD-2-Clause
 *
 * handshake-loss, defer-accept, listen-drop-other: handshakes that fail or wait with room in
 * both queues.
 */
#include <inttypes.h>

#include "analyze/rules.h"

#define RETRANSMITS_LEAST 5 /* and every fiftieth handshake: less is ordinary weather */

static bool nothing_dropped(const struct facts *facts)
{
	for (int path = 0; path < DROP_PATH_MAX; path++)
		if (facts->drops[path])
			return false;
	return true;
}

static bool loss_fits(const struct facts *facts)
{
	uint64_t n = facts->listener->synack_retransmits;

	return facts->episode.whole && nothing_dropped(facts) && !facts->listener->defer_accept_s &&
	       n >= RETRANSMITS_LEAST && n * 50 >= facts->listener->arrivals;
}

static void loss_tell(const struct facts *facts, struct finding *finding)
{
	tell_sentence(finding,
		      "%" PRIu64 " SYN-ACKs were sent again though both queues had room; %" PRIu64
		      " connections were made.",
		      facts->listener->synack_retransmits, facts->listener->arrivals);
	tell_number(finding, "synack_retransmits", (int64_t)facts->listener->synack_retransmits);
	tell_advice(
		finding, "look at the way back",
		"Look at the network on the way back to the clients (routes, firewalls that see "
		"one direction only, loss), or for peers that only send SYNs.");
}

static bool defer_fits(const struct facts *facts)
{
	return facts->episode.whole && facts->listener->defer_accept_s &&
	       facts->listener->syn_queue_max > facts->listener->depth_max &&
	       2 * (uint64_t)facts->listener->syn_queue_max >= facts->limit;
}

static void defer_tell(const struct facts *facts, struct finding *finding)
{
	tell_sentence(finding,
		      "TCP_DEFER_ACCEPT keeps clients that have not sent anything yet in the SYN "
		      "queue, for up to %" PRIu32 " s: %" PRIu32 " were there at once.",
		      facts->listener->defer_accept_s, facts->listener->syn_queue_max);
	tell_number(finding, "defer_accept_s", facts->listener->defer_accept_s);
	tell_number(finding, "syn_queue_max", facts->listener->syn_queue_max);
	tell_advice(finding, "shorten TCP_DEFER_ACCEPT",
		    "Shorten TCP_DEFER_ACCEPT or do without it.");
}

static bool other_fits(const struct facts *facts)
{
	return facts->drops[DROP_OTHER] > 0;
}

static void other_tell(const struct facts *facts, struct finding *finding)
{
	tell_sentence(finding,
		      "%" PRIu64
		      " SYNs or last ACKs were dropped with room in both queues (at most "
		      "%" PRIu32 " of %" PRIu32 " waited).",
		      facts->drops[DROP_OTHER], facts->depth_max, facts->limit);
	tell_advice(finding, "look for memory, routes, security modules",
		    "Look at what else refuses connections: memory (TCPMemoryPressures in "
		    "/proc/net/netstat), the route back, a security module.");
}

const struct rule_form rule_handshake_loss = {loss_fits, loss_tell, NULL};
const struct rule_form rule_defer_accept = {defer_fits, defer_tell, NULL};
const struct rule_form rule_drop_other = {other_fits, other_tell, NULL};

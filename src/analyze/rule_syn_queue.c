/* SPDX-License-Identifier: BSD-2-Clause
 *
 * syn-queue-full, syn-queue-cookies: too many handshakes under way at once.
 */
#include <inttypes.h>

#include "analyze/advice.h"
#include "analyze/rules.h"

static bool full_fits(const struct facts *facts)
{
	return facts->drops[DROP_SYN_QUEUE] > 0;
}

static void full_tell(const struct facts *facts, struct finding *finding)
{
	const struct netns *netns = facts->netns;

	tell_sentence(finding,
		      "%" PRIu64 " SYNs dropped with room in the accept queue: too many handshakes "
		      "were under way (%" PRIu32 " seen), and no cookies were sent.",
		      facts->drops[DROP_SYN_QUEUE], facts->syn_queue_max);
	tell_number(finding, "syn_queue_max", facts->syn_queue_max);
	tell_time(finding, "syncookies",
		  netns && netns->syncookies >= 0 ? netns->syncookies : TIME_UNKNOWN);
	tell_time(finding, "max_syn_backlog",
		  netns && netns->max_syn_backlog >= 0 ? netns->max_syn_backlog : TIME_UNKNOWN);
	if (!netns || netns->syncookies == 0) {
		struct advice *advice =
			tell_advice(finding, "turn cookies on",
				    "Turn SYN cookies on in the server's network namespace: "
				    "net.ipv4.tcp_syncookies=1.");
		const struct process *owner = facts_owner(facts);

		if (advice && owner) {
			tell_into(finding, &advice->present, "0");
			tell_into(finding, &advice->proposed, "1");
			tell_into(
				finding, &advice->command,
				"nsenter --net=/proc/%u/ns/net sysctl -w net.ipv4.tcp_syncookies=1",
				owner->pid);
		}
	}
	tell_advice(finding, "raise the backlog and tcp_max_syn_backlog",
		    "Raise the backlog (it limits the SYN queue too) and, without cookies, "
		    "net.ipv4.tcp_max_syn_backlog.");
	advise_set_backlog(facts, finding, "Now");
}

static bool cookies_fits(const struct facts *facts)
{
	uint64_t dropped = facts->drops[DROP_SYN] + facts->drops[DROP_ACK] +
			   facts->drops[DROP_SYN_QUEUE] + facts->drops[DROP_OTHER];
	bool always = facts->netns && facts->netns->syncookies == 2;

	return facts->drops[DROP_COOKIE] && !dropped && !always;
}

static void cookies_tell(const struct facts *facts, struct finding *finding)
{
	uint64_t sent = facts->drops[DROP_COOKIE];
	/* of the handshakes that a flood begins few are completed */
	bool flood = facts->arrivals * 4 < sent;

	tell_sentence(finding,
		      "The SYN queue was full, %" PRIu64 " SYNs were answered by cookies, and "
		      "nobody was turned away. %" PRIu64 " connections were made meanwhile: %s.",
		      sent, facts->arrivals,
		      flood ? "most of those peers never answer, which looks like a flood"
			    : "the peers are real, and their round-trip time times their rate is "
			      "more than the queue holds");
	tell_number(finding, "syn_queue_max", facts->syn_queue_max);
	tell_number(finding, "flood", flood);
	if (flood)
		tell_advice(finding, "leave cookies on",
			    "Leave cookies on: they are doing their work. Find where the SYNs "
			    "come from.");
	else
		advise_set_backlog(facts, finding,
				   "Raise the backlog, which limits the SYN queue too");
}

const struct rule_form rule_syn_queue_full = {full_fits, full_tell, NULL};
const struct rule_form rule_cookies = {cookies_fits, cookies_tell, NULL};

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * unix-backlog-full: nobody is turned away silently; connect() waits, or says EAGAIN.
 */
#include <errno.h>
#include <inttypes.h>

#include "analyze/advice.h"
#include "analyze/clients.h"
#include "analyze/rules.h"

#define PROCESSES_TOLD 3

static bool fits(const struct facts *facts)
{
	return facts_unix(facts) && facts->drops[DROP_UNIX];
}

static void waits_text(const struct waiting_process *waiting, struct strbuf *out)
{
	if (!waiting->waits)
		return;
	strbuf_add(out, " waited ");
	if (waiting->waits > 1)
		strbuf_printf(out, "%" PRIu64 " times", waiting->waits);
	if (waiting->wait_max_ns != TIME_UNKNOWN) {
		strbuf_add(out, waiting->waits > 1 ? ", up to " : "for ");
		tell_span(out, waiting->wait_max_ns);
	} else if (waiting->waits == 1) {
		strbuf_add(out, "once");
	}
	if (waiting->waits_still)
		strbuf_add(out, " and waits still");
}

static void process_text(const struct waiting_process *waiting, struct strbuf *out)
{
	if (waiting->process)
		strbuf_printf(out, "%s[%u]", process_comm(waiting->process), waiting->process->pid);
	else
		strbuf_add(out, "somebody");
	waits_text(waiting, out);
	if (!waiting->eagain)
		return;
	strbuf_add(out, waiting->waits ? ", and got EAGAIN " : " got EAGAIN ");
	if (waiting->eagain == 1)
		strbuf_add(out, "once");
	else
		strbuf_printf(out, "%" PRIu64 " times", waiting->eagain);
}

static void tell_clients(const struct waiting_processes *clients, struct finding *finding)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	size_t told = 0;

	vec_each (waiting, clients) {
		if (told++ == PROCESSES_TOLD)
			break;
		if (waiting != clients->items)
			strbuf_add(&text, "; ");
		process_text(waiting, &text);
	}
	if (clients->len > PROCESSES_TOLD)
		strbuf_printf(&text, "; and %zu more process%s", clients->len - PROCESSES_TOLD,
			      clients->len == PROCESSES_TOLD + 1 ? "" : "es");
	if (told)
		tell_sentence(finding, "%s.", strbuf_text(&text));
}

static void tell_counts(const struct facts *facts, const struct waiting_processes *clients,
			struct finding *finding)
{
	uint64_t connects = facts->drops[DROP_UNIX], waiting = 0;
	int64_t max_ns = TIME_UNKNOWN;

	vec_each (at, clients) {
		waiting += at->waits_still;
		if (max_ns == TIME_UNKNOWN || at->wait_max_ns > max_ns)
			max_ns = at->wait_max_ns;
	}
	tell_number(finding, "connects", (int64_t)connects);
	tell_number(finding, "blocked", (int64_t)(connects - facts->drops_again));
	tell_number(finding, "eagain", (int64_t)facts->drops_again);
	tell_number(finding, "clients", (int64_t)clients->len);
	tell_number(finding, "clients_waiting", (int64_t)waiting);
	tell_time(finding, "connect_wait_max_ns", max_ns);
}

/* What a longer queue would have done, and how long it is to be. */
static void tell_length(const struct facts *facts, struct finding *finding)
{
	const struct replay *replay = &facts->replay;

	if (!replay->known)
		return;
	if (replay->holds && !replay->grows)
		tell_sentence(finding,
			      "A backlog of %" PRIu32
			      " would have kept nobody waiting in this episode.",
			      replay->needed);
	else
		tell_sentence(finding, "A longer backlog would only have filled later: "
				       "the queue grew to the end.");
}

static void tell(const struct facts *facts, struct finding *finding)
{
	struct waiting_processes clients;
	uint32_t proposed = advice_backlog(facts);

	if (clients_of(facts, &clients))
		finding->error = -ENOMEM;
	tell_sentence(finding,
		      "%" PRIu64 " times connect() found the queue full: %" PRIu64
		      " waited, %" PRIu64 " got EAGAIN.",
		      facts->drops[DROP_UNIX], facts->drops[DROP_UNIX] - facts->drops_again,
		      facts->drops_again);
	tell_clients(&clients, finding);
	tell_places(facts, finding);
	tell_length(facts, finding);
	tell_counts(facts, &clients, finding);
	advise_listen_argument(facts, finding, proposed);
	if (facts_clamped(facts))
		advise_somaxconn(facts, finding, proposed);
	tell_advice(finding, "accept faster",
		    "Accept faster: more workers, or the work taken out of the accept loop.");
	vec_release(&clients);
}

const struct rule_form rule_unix_full = {fits, tell, NULL};

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the words for where a thread was found: state, call, and what it called it on.
 */
#include <inttypes.h>

#include "analyze/rules.h"
#include "analyze/syscalls.h"

#define PLACES_TOLD 3

static const char *state_text(uint8_t state)
{
	switch (state) {
	case ST_THREAD_RUNNING:
		return "running";
	case ST_THREAD_RUNNABLE:
		return "ready to run but without a CPU";
	case ST_THREAD_STOPPED:
		return "stopped by a signal or a debugger";
	case ST_THREAD_FROZEN:
		return "frozen by its cgroup";
	case ST_THREAD_EXITED:
		return "gone: it has exited";
	default:
		return "blocked";
	}
}

static void place_text(const struct facts *facts, const struct place *place, struct strbuf *out)
{
	const struct connection *connection = model_connection(facts->model, place->connection);

	strbuf_add(out, state_text(place->state));
	if (place->syscall < 0 || place->state == ST_THREAD_EXITED)
		return;
	strbuf_add(out, " in ");
	syscall_print(out, facts->model->capture.machine, place->syscall);
	if (place->fd >= 0)
		strbuf_printf(out, "(%d)", place->fd);
	if (place->file[0]) {
		strbuf_printf(out, " on %s", place->file);
	} else if (connection) {
		strbuf_add(out, " on the connection from ");
		address_print(&connection->client_address, out);
	}
}

void facts_who(const struct facts *facts, struct strbuf *out)
{
	const struct process *owner = facts_owner(facts);

	if (owner)
		strbuf_printf(out, "%s[%u]", process_comm(owner), owner->pid);
	else
		strbuf_add(out, "the server");
}

void tell_places(const struct facts *facts, struct finding *finding)
{
	const struct acceptance *acceptance = &facts->acceptance;
	size_t told = 0;

	vec_each (place, &acceptance->places) {
		struct strbuf text strbuf_cleanup = STRBUF_INIT;

		if (told++ == PLACES_TOLD || place->ns * 20 < acceptance->looked_ns)
			break;
		place_text(facts, place, &text);
		tell_sentence(finding, "Thread %u was %s (%d %% of the time it was looked at).",
			      place->acceptor->tid, strbuf_text(&text),
			      (int)(place->ns * 100 / acceptance->looked_ns));
	}
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the words for where a thread was found: state, call, and what it called it on.
 */
#include <inttypes.h>
#include <string.h>

#include "analyze/rules.h"
#include "base/syscalls.h"

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

/* As a program writes it. */
static void call_text(const char *machine, int number, struct strbuf *out)
{
	const char *name = syscall_name(machine, number);

	if (!name)
		strbuf_printf(out, "system call %d", number);
	else
		strbuf_add(out, !strcmp(name, "recvfrom") ? "recv"
				: !strcmp(name, "sendto") ? "send"
							  : name);
}

bool place_polls(const struct facts *facts, const struct place *place)
{
	static const char *const names[] = {"poll", "ppoll", "select", "pselect6"};
	const char *name = syscall_name(facts->model->capture.machine, place->syscall);

	for (size_t i = 0; name && i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return name && (!strncmp(name, "epoll_", 6) || !strcmp(name, "io_uring_enter"));
}

/* Of a UNIX socket a client seldom has a name; of some connections an end is not known. */
static void end_text(const struct address *address, const struct process *process,
		     struct strbuf *out)
{
	if (address->port || address->path_len)
		address_print(address, out);
	else if (process)
		strbuf_printf(out, "%s[%u]", process_comm(process), process->pid);
	else
		strbuf_add(out, "a process that is not known");
}

/* A server may be another's client as well, or wait for itself. */
static void connection_text(const struct process *own, const struct connection *connection,
			    struct strbuf *out)
{
	const struct process *client = connection->client.process;
	const struct process *server = connection->server.process;

	if (own && client == own && server == own) {
		strbuf_add(out, " on a connection to itself");
	} else if (own && client == own) {
		strbuf_add(out, " on its connection to ");
		end_text(&connection->server_address, server, out);
	} else {
		strbuf_add(out, " on the connection from ");
		end_text(&connection->client_address, client, out);
	}
}

static void place_text(const struct facts *facts, const struct place *place, struct strbuf *out)
{
	const struct connection *connection = model_connection(facts->model, place->connection);

	strbuf_add(out, state_text(place->state));
	if (place->syscall < 0 || place->state == ST_THREAD_EXITED)
		return;
	strbuf_add(out, " in ");
	call_text(facts->model->capture.machine, place->syscall, out);
	if (place->fd >= 0)
		strbuf_printf(out, "(%d)", place->fd);
	if (place->file[0]) {
		strbuf_printf(out, " on %s", place->file);
	} else if (connection) {
		connection_text(place->acceptor->process, connection, out);
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

		if (told++ == PLACES_TOLD || place->ns * 20 < acceptance->placed_ns)
			break;
		place_text(facts, place, &text);
		tell_sentence(finding, "Thread %u was %s (%d %% of the time it was looked at).",
			      place->acceptor->tid, strbuf_text(&text),
			      (int)(place->ns * 100 / acceptance->placed_ns));
	}
}

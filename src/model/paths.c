/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns which paths are still needed: those of addresses of sockets, connections and listeners,
 * and of their events.
 */
#include "model/paths.h"

#include "model/connection.h"

const char *path_keep(struct model *model, const char *path, size_t len)
{
	const char *kept = len ? intern(&model->index->paths, path, len) : "";

	if (!kept)
		model_fail(model);
	return kept;
}

static void mark(const struct address *address)
{
	if (address->path_len)
		intern_mark(address->path - address->abstract);
}

static void mark_events(const struct events *events)
{
	vec_each (event, events)
		if (event->name == EVENT_BIND || event->name == EVENT_CONNECT)
			mark(&event->arg.name.address);
}

static void mark_end(const struct end *end)
{
	mark(&end->local);
	mark(&end->peer);
}

static void mark_all(const struct model *model)
{
	vec_each (at, &model->sockets) {
		mark(&(*at)->local);
		mark(&(*at)->peer);
		mark_events(&(*at)->events);
	}
	vec_each (at, &model->connections) {
		mark(&(*at)->client_address);
		mark(&(*at)->server_address);
		mark_end(&(*at)->client);
		mark_end(&(*at)->server);
		mark_events(&(*at)->events);
	}
	vec_each (at, &model->listeners) {
		mark(&(*at)->address);
		mark_events(&(*at)->events);
	}
}

void paths_sweep(struct model *model)
{
	struct model_index *index = model->index;

	if (index->paths.count < index->paths_enough)
		return;
	mark_all(model);
	interns_sweep(&index->paths);
	index->paths_enough = index->paths.count * 2 + KEEP_ENDED;
}

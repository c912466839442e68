/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the list of them, and their pace. Does not know what the programs report.
 */
#include "capture/sweeps.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>

#include "socktrace/config.h"

#include "socktrace.skel.h" /* wants config.h before it */

#define SWEEPS_MAX 6
#define ALL_SOCKETS_PAUSE_NS (1000 * 1000 * 1000LL)
#define HURRIED_PAUSE_NS (200 * 1000 * 1000LL)

/* In one of two ways. */
struct sweep {
	int program; /* run by itself, or -1 */
	struct bpf_link *iterator; /* over the map, or NULL */
	int64_t pause_ns, due_ns, ran_ns;
	const bool *any; /* false: there is nothing to go through; NULL: that is not known */
};

struct sweeps {
	struct socktrace_bpf *skeleton; /* the probes' */
	iterators_consume *consume;
	void *context;
	struct sweep items[SWEEPS_MAX]; /* run in this order */
	int count;
};

static struct bpf_link *attach_to_map(const struct bpf_program *program, const struct bpf_map *map)
{
	union bpf_iter_link_info info = {.map.map_fd = bpf_map__fd(map)};
	DECLARE_LIBBPF_OPTS(bpf_iter_attach_opts, options, .link_info = &info,
			    .link_info_len = sizeof(info));

	return bpf_program__attach_iter(program, &options);
}

static struct sweep *add(struct sweeps *sweeps, const struct bpf_program *program,
			 const struct bpf_program *iterator, const struct bpf_map *map)
{
	struct sweep *sweep = &sweeps->items[sweeps->count++];

	sweep->program = bpf_program__fd(program);
	if (sweep->program < 0)
		sweep->iterator = attach_to_map(iterator, map);
	return sweep;
}

#define ADD(sweeps, name, map)                                                                     \
	add(sweeps, (sweeps)->skeleton->progs.sweep_##name, (sweeps)->skeleton->progs.iter_##name, \
	    (sweeps)->skeleton->maps.map)

/* The sockets with something to tell are found without going through all of them: those are
 * looked through for what was missed, and for sockets that are gone. */
static void add_sockets(struct sweeps *sweeps, bool unhurried)
{
	struct sweep *all = ADD(sweeps, sockets, sockets);

	if (all->program < 0)
		return;
	all->pause_ns = ALL_SOCKETS_PAUSE_NS;
	if (unhurried)
		return;
	sweeps->items[sweeps->count++].program =
		bpf_program__fd(sweeps->skeleton->progs.sweep_pending);
}

int sweeps_new(struct probes *probes, bool unhurried, iterators_consume *consume, void *context,
	       struct sweeps **out)
{
	struct sweeps *sweeps = calloc(1, sizeof(*sweeps));
	const bool *listeners;

	if (!sweeps)
		return -ENOMEM;
	sweeps->skeleton = probes_skeleton(probes);
	listeners = &sweeps->skeleton->bss->destinations_known;
	sweeps->consume = consume;
	sweeps->context = context;
	if (probes_row_method(probes, ROW_IDLE))
		add_sockets(sweeps, unhurried);
	if (probes_row_method(probes, ROW_LISTENERS)) {
		ADD(sweeps, attempts, attempts)->any = listeners;
		ADD(sweeps, listeners, listeners)->any = listeners;
		ADD(sweeps, netnses, netnses)->any = listeners;
		ADD(sweeps, unix_listeners, names)->any = &sweeps->skeleton->bss->names_known;
	}
	*out = sweeps;
	return 0;
}

void sweeps_free(struct sweeps **at)
{
	struct sweeps *sweeps = *at;

	if (!sweeps)
		return;
	for (int i = 0; i < sweeps->count; i++)
		bpf_link__destroy(sweeps->items[i].iterator);
	free(sweeps);
	*at = NULL;
}

static int pass(const struct sweeps *sweeps, const struct sweep *sweep)
{
	DECLARE_LIBBPF_OPTS(bpf_test_run_opts, options);

	if (sweep->program < 0)
		return sweep->iterator ? iterators_run(sweep->iterator, NULL, NULL,
						       sweeps->consume, sweeps->context)
				       : 0;
	if (bpf_prog_test_run_opts(sweep->program, &options))
		return -errno;
	return 0;
}

/* Until it has been through: it leaves out what might overflow the ring. */
static int run_sweep(const struct sweeps *sweeps, const struct sweep *sweep)
{
	bool *again = &sweeps->skeleton->bss->sweep_again;
	int r;

	do {
		*again = false;
		r = pass(sweeps, sweep);
		if (!r)
			r = sweeps->consume(sweeps->context);
	} while (!r && *again);
	return r;
}

void sweeps_note(struct sweeps *sweeps, const struct st_header *record)
{
	const struct st_process *process = (const void *)record;
	struct sweep *all = &sweeps->items[0]; /* the sockets', where that row runs */

	if (record->type == ST_PROCESS && process->event == ST_PROCESS_EXIT && all->pause_ns)
		all->due_ns = all->ran_ns + HURRIED_PAUSE_NS;
}

int sweeps_run(struct sweeps *sweeps, int64_t now_ns, bool all)
{
	bool missed = sweeps->skeleton->bss->pending_missed;
	int r = 0;

	sweeps->skeleton->bss->pending_missed = false;
	for (int i = 0; i < sweeps->count && !r; i++) {
		struct sweep *sweep = &sweeps->items[i];

		if ((!all && !missed && now_ns < sweep->due_ns) || (sweep->any && !*sweep->any))
			continue;
		sweep->ran_ns = now_ns;
		sweep->due_ns = now_ns + sweep->pause_ns;
		r = run_sweep(sweeps, sweep);
	}
	return r;
}

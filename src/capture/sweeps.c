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
#define ALL_SOCKETS_NS (1000 * 1000 * 1000LL) /* in which all have been looked at */
#define SOME_SOCKETS_NS (ALL_SOCKETS_NS / 16)
#define HURRIED_PAUSE_NS (200 * 1000 * 1000LL)

/* In one of two ways. */
struct sweep {
	int program; /* run by itself, or -1 */
	struct bpf_link *iterator; /* over the map, or NULL */
	unsigned parts, parts_at_once; /* runs that go through all of it, and those each time */
	int64_t pause_ns, due_ns;
	int64_t all_due_ns, all_ran_ns; /* for all parts at once; INT64_MAX: nobody asked */
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

static struct sweep *add_program(struct sweeps *sweeps, const struct bpf_program *program)
{
	struct sweep *sweep = &sweeps->items[sweeps->count++];

	sweep->program = bpf_program__fd(program);
	sweep->parts = sweep->parts_at_once = 1;
	sweep->all_due_ns = INT64_MAX;
	return sweep;
}

static struct sweep *add(struct sweeps *sweeps, const struct bpf_program *program,
			 const struct bpf_program *iterator, const struct bpf_map *map)
{
	struct sweep *sweep = add_program(sweeps, program);

	if (sweep->program < 0)
		sweep->iterator = attach_to_map(iterator, map);
	return sweep;
}

#define ADD(sweeps, name, map)                                                                     \
	add(sweeps, (sweeps)->skeleton->progs.sweep_##name, (sweeps)->skeleton->progs.iter_##name, \
	    (sweeps)->skeleton->maps.map)

/* The sockets with something to tell are found without going through all of them: those are
 * looked through for what was missed, and for sockets that are gone; some at a time. */
static void add_sockets(struct sweeps *sweeps, bool unhurried)
{
	struct sweep *all = add_program(sweeps, sweeps->skeleton->progs.sweep_sockets);

	all->parts = bpf_map__max_entries(sweeps->skeleton->maps.sockets) / ST_SWEEP_PLACES;
	all->parts_at_once = all->parts / (ALL_SOCKETS_NS / SOME_SOCKETS_NS);
	all->pause_ns = SOME_SOCKETS_NS;
	if (unhurried)
		return;
	add_program(sweeps, sweeps->skeleton->progs.sweep_pending);
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
static int run_part(const struct sweeps *sweeps, const struct sweep *sweep)
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

static int run_sweep(const struct sweeps *sweeps, const struct sweep *sweep, bool all)
{
	unsigned parts = all ? sweep->parts : sweep->parts_at_once;
	int r = 0;

	for (unsigned i = 0; i < parts && !r; i++)
		r = run_part(sweeps, sweep);
	return r;
}

void sweeps_note(struct sweeps *sweeps, const struct st_header *record)
{
	const struct st_process *process = (const void *)record;
	struct sweep *all = &sweeps->items[0]; /* the sockets', where that row runs */

	if (record->type == ST_PROCESS && process->event == ST_PROCESS_EXIT && all->pause_ns)
		all->all_due_ns = all->all_ran_ns + HURRIED_PAUSE_NS;
}

/* Whether all of it shall be gone through now. */
static bool all_wanted(struct sweep *sweep, int64_t now_ns, bool all)
{
	if (!all && now_ns < sweep->all_due_ns)
		return false;
	sweep->all_due_ns = INT64_MAX;
	sweep->all_ran_ns = now_ns;
	return true;
}

int sweeps_run(struct sweeps *sweeps, int64_t now_ns, bool all)
{
	bool missed = sweeps->skeleton->bss->pending_missed;
	int r = 0;

	sweeps->skeleton->bss->pending_missed = false;
	for (int i = 0; i < sweeps->count && !r; i++) {
		struct sweep *sweep = &sweeps->items[i];
		bool whole;

		if (sweep->any && !*sweep->any)
			continue;
		whole = all_wanted(sweep, now_ns, all || missed);
		if (!whole && now_ns < sweep->due_ns)
			continue;
		sweep->due_ns = now_ns + sweep->pause_ns;
		r = run_sweep(sweeps, sweep, whole);
	}
	return r;
}

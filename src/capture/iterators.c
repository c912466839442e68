/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the links. Does not know what the programs report.
 */
#include "capture/iterators.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "capture/sampler.h"
#include "socktrace/config.h"

#include "socktrace.skel.h" /* wants config.h before it */

#define SWEEPS 5

/* Over a map, in one of two ways. */
struct sweep {
	int program; /* run by itself, or -1 */
	struct bpf_link *link; /* to the map, or NULL */
};

struct iterators {
	struct socktrace_bpf *skeleton; /* the probes' */
	iterators_consume *consume;
	void *context;
	struct sweep sweeps[SWEEPS]; /* run in this order */
	int sweep_count;
	struct bpf_link *threads; /* NULL: that row does not run */
	struct sampler *sampler; /* when to run that one */
};

static struct bpf_link *attach_to_map(const struct bpf_program *program, const struct bpf_map *map)
{
	union bpf_iter_link_info info = {.map.map_fd = bpf_map__fd(map)};
	DECLARE_LIBBPF_OPTS(bpf_iter_attach_opts, options, .link_info = &info,
			    .link_info_len = sizeof(info));

	return bpf_program__attach_iter(program, &options);
}

static void sweep_add(struct iterators *iterators, const struct bpf_program *program,
		      const struct bpf_program *iterator, const struct bpf_map *map)
{
	struct sweep *sweep = &iterators->sweeps[iterators->sweep_count++];

	sweep->program = bpf_program__fd(program);
	if (sweep->program < 0)
		sweep->link = attach_to_map(iterator, map);
}

#define SWEEP_ADD(iterators, name, map)                                                            \
	sweep_add(iterators, (iterators)->skeleton->progs.sweep_##name,                            \
		  (iterators)->skeleton->progs.iter_##name, (iterators)->skeleton->maps.map)

static void add_sweeps(struct iterators *iterators, struct probes *probes)
{
	if (probes_row_method(probes, ROW_IDLE))
		SWEEP_ADD(iterators, idle_runs, sockets);
	if (!probes_row_method(probes, ROW_LISTENERS))
		return;
	SWEEP_ADD(iterators, attempts, attempts);
	SWEEP_ADD(iterators, listeners, listeners);
	SWEEP_ADD(iterators, netnses, netnses);
	SWEEP_ADD(iterators, unix_listeners, names);
}

int iterators_new(struct probes *probes, iterators_consume *consume, void *context,
		  struct iterators **out)
{
	struct iterators *iterators = calloc(1, sizeof(*iterators));
	int r = iterators ? sampler_new(&iterators->sampler) : -ENOMEM;

	if (r) {
		free(iterators);
		return r;
	}
	iterators->skeleton = probes_skeleton(probes);
	iterators->consume = consume;
	iterators->context = context;
	add_sweeps(iterators, probes);
	if (probes_row_method(probes, ROW_THREADS))
		iterators->threads =
			bpf_program__attach_iter(iterators->skeleton->progs.sample_threads, NULL);
	*out = iterators;
	return 0;
}

void iterators_free(struct iterators **at)
{
	struct iterators *iterators = *at;

	if (!iterators)
		return;
	for (int i = 0; i < iterators->sweep_count; i++)
		bpf_link__destroy(iterators->sweeps[i].link);
	bpf_link__destroy(iterators->threads);
	sampler_free(&iterators->sampler);
	free(iterators);
	*at = NULL;
}

int iterators_run(struct iterators *iterators, struct bpf_link *link)
{
	int fd = bpf_iter_create(bpf_link__fd(link)), r = 0;
	char ignored[4096];
	ssize_t n;

	if (fd < 0)
		return -errno;
	while (!r && ((n = read(fd, ignored, sizeof(ignored))) > 0 ||
		      (n < 0 && (errno == EAGAIN || errno == EINTR))))
		r = iterators->consume(iterators->context);
	close(fd);
	return r;
}

/* Until it has been through: it stops where it might overflow the ring. */
static int sweep_by_program(struct iterators *iterators, int program)
{
	bool *again = &iterators->skeleton->bss->sweep_again;
	int r;

	do {
		DECLARE_LIBBPF_OPTS(bpf_test_run_opts, options);

		*again = false;
		if (bpf_prog_test_run_opts(program, &options))
			return -errno;
		r = iterators->consume(iterators->context);
	} while (!r && *again);
	return r;
}

int iterators_sweep(struct iterators *iterators)
{
	int r = 0;

	for (int i = 0; i < iterators->sweep_count && !r; i++) {
		struct sweep *sweep = &iterators->sweeps[i];

		if (sweep->program >= 0)
			r = sweep_by_program(iterators, sweep->program);
		else if (sweep->link)
			r = iterators_run(iterators, sweep->link);
	}
	return r;
}

void iterators_note(struct iterators *iterators, const struct st_header *record)
{
	if (iterators->threads)
		sampler_note(iterators->sampler, record);
}

static int64_t cpu_time_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int iterators_sample_threads(struct iterators *iterators, int64_t now_ns)
{
	struct st_sampling *sampling = &iterators->skeleton->bss->sampling;
	int r = 0;

	while (!r && sampler_next(iterators->sampler, now_ns, sampling)) {
		int64_t before = cpu_time_ns();

		r = iterators_run(iterators, iterators->threads);
		sampler_looked(iterators->sampler, cpu_time_ns() - before);
	}
	return r;
}

int64_t iterators_due_ns(const struct iterators *iterators)
{
	return sampler_due_ns(iterators->sampler);
}

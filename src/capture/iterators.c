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

#define PERIODIC 5

struct iterators {
	struct socktrace_bpf *skeleton; /* the probes' */
	iterators_consume *consume;
	void *context;
	struct bpf_link *periodic[PERIODIC]; /* over maps, run in this order, or NULL */
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

static void attach_periodic(struct iterators *iterators, struct probes *probes)
{
	struct socktrace_bpf *s = iterators->skeleton;

	if (probes_row_method(probes, ROW_IDLE))
		iterators->periodic[0] = attach_to_map(s->progs.report_idle_runs, s->maps.sockets);
	if (!probes_row_method(probes, ROW_LISTENERS))
		return;
	iterators->periodic[1] = attach_to_map(s->progs.settle_attempts, s->maps.attempts);
	iterators->periodic[2] = attach_to_map(s->progs.read_listeners, s->maps.listeners);
	iterators->periodic[3] = attach_to_map(s->progs.read_netnses, s->maps.netnses);
	iterators->periodic[4] = attach_to_map(s->progs.read_unix_listeners, s->maps.names);
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
	attach_periodic(iterators, probes);
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
	for (int i = 0; i < PERIODIC; i++)
		bpf_link__destroy(iterators->periodic[i]);
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

int iterators_run_periodic(struct iterators *iterators)
{
	int r = 0;

	for (int i = 0; i < PERIODIC && !r; i++)
		if (iterators->periodic[i])
			r = iterators_run(iterators, iterators->periodic[i]);
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

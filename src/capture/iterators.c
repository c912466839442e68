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

struct iterators {
	struct socktrace_bpf *skeleton; /* the probes' */
	iterators_consume *consume;
	void *context;
	struct bpf_link *threads; /* NULL: that row does not run */
	struct sampler *sampler; /* when to run that one */
};

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
	bpf_link__destroy(iterators->threads);
	sampler_free(&iterators->sampler);
	free(iterators);
	*at = NULL;
}

int iterators_run(struct bpf_link *link, iterators_take *take, void *taker,
		  iterators_consume *consume, void *context)
{
	int fd = bpf_iter_create(bpf_link__fd(link)), r = 0;
	uint64_t words[512];
	ssize_t n;

	if (fd < 0)
		return -errno;
	while (!r && ((n = read(fd, words, sizeof(words))) > 0 ||
		      (n < 0 && (errno == EAGAIN || errno == EINTR)))) {
		if (take && n > 0)
			r = take(taker, words, n);
		if (!r)
			r = consume(context);
	}
	close(fd);
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

		r = iterators_run(iterators->threads, NULL, NULL, iterators->consume,
				  iterators->context);
		sampler_looked(iterators->sampler, cpu_time_ns() - before);
	}
	return r;
}

int64_t iterators_due_ns(const struct iterators *iterators)
{
	return sampler_due_ns(iterators->sampler);
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The order counts: identities, what targets have open, other ends; only then may a socket be
 * adopted at its first use.
 */
#include "capture/snapshot.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <unistd.h>

#include "base/vec.h"
#include "capture/cookies.h"
#include "capture/proc.h"
#include "socktrace/config.h"

#include "socktrace.skel.h" /* wants config.h before it */

struct calls {
	struct bpf_map *threads;
	bool data_calls;
};

static void enter_call_in_flight(void *context, uint32_t tid, const struct st_thread *call)
{
	const struct calls *calls = context;

	if (call->call >= ST_CALL_MAX && !calls->data_calls)
		return;
	/* A call that has returned meanwhile has its own entry, or gets one with the next. */
	bpf_map__update_elem(calls->threads, &tid, sizeof(tid), call, sizeof(*call), BPF_NOEXIST);
}

static int target_pids(const struct socktrace_bpf *skeleton, bool all, struct pid_list *out)
{
	__u32 pid, *last = NULL;
	int r = 0;

	if (all)
		return proc_list(out);
	while (!r && !bpf_map__get_next_key(skeleton->maps.targets, last, &pid, sizeof(pid))) {
		r = vec_push(out, (pid_t)pid);
		last = &pid;
	}
	return r;
}

VEC_TYPE(left_out_list, struct st_left_out);

static int take_left_out(void *context, const void *words, size_t size)
{
	const struct st_left_out *at = words;
	int r = 0;

	for (size_t n = size / sizeof(*at); n && !r; n--, at++)
		if (at->pid)
			r = vec_push((struct left_out_list *)context, *at);
	return r;
}

/* How many can be told now. */
static size_t name_left_out(const struct left_out_list *list)
{
	size_t named = 0;

	vec_each (at, list)
		named += cookies_make_one(at->pid, at->fd);
	return named;
}

static int look_at_files(struct socktrace_bpf *skeleton, struct bpf_program *program,
			 iterators_consume *consume, void *context)
{
	struct bpf_link *link = bpf_program__attach_iter(program, NULL);
	struct left_out_list left_out = {0};
	int r = link ? iterators_run(link, take_left_out, &left_out, consume, context) : -errno;

	if (!r && name_left_out(&left_out)) {
		skeleton->bss->seen_again = true;
		r = iterators_run(link, NULL, NULL, consume, context);
		skeleton->bss->seen_again = false;
	}
	vec_release(&left_out);
	bpf_link__destroy(link);
	return r;
}

/* Where all are targets, both ends are, but of what was narrowed to a port. */
static bool has_other_ends(const struct socktrace_bpf *skeleton)
{
	const struct st_config *config = (const void *)&skeleton->rodata->config;

	return !config->all || config->local_port || config->remote_port;
}

int snapshot_take(struct probes *probes, bool all, bool data_calls, iterators_consume *consume,
		  void *context)
{
	struct socktrace_bpf *skeleton = probes_skeleton(probes);
	struct calls calls = {skeleton->maps.threads, data_calls};
	struct pid_list pids = {0};
	int r = target_pids(skeleton, all, &pids);

	if (!r && probes_row_method(probes, ROW_IDENTITY))
		r = cookies_make(&pids);
	if (!r && probes_row_method(probes, ROW_SNAPSHOT))
		r = look_at_files(skeleton, skeleton->progs.snapshot_files, consume, context);
	if (!r && probes_row_method(probes, ROW_SNAPSHOT) && has_other_ends(skeleton))
		r = look_at_files(skeleton, skeleton->progs.snapshot_peers, consume, context);
	skeleton->bss->looked_around = true;
	vec_each (pid, &pids)
		if (*pid != getpid())
			proc_calls_in_flight(*pid, enter_call_in_flight, &calls);
	vec_release(&pids);
	return r;
}

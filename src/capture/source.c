/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the ring's reader and the targets. Knows nothing of what records mean,
 * but for processes: their cgroup's path is added while they live.
 */
#include "capture/source.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/hashmap.h"
#include "base/log.h"
#include "capture/cookies.h"
#include "capture/host.h"
#include "capture/iterators.h"
#include "capture/limits.h"
#include "capture/lookups.h"
#include "capture/losses.h"
#include "capture/pace.h"
#include "capture/privileges.h"
#include "capture/probes.h"
#include "capture/proc.h"
#include "capture/runs_mend.h"
#include "capture/snapshot.h"
#include "capture/sweeps.h"
#include "capture/waits.h"
#include "socktrace/config.h"

#include "socktrace.skel.h" /* wants config.h before it */

#define HOUSEKEEPING_NS (50 * 1000 * 1000LL)
#define LOSSES_NS (1000 * 1000 * 1000LL) /* every program is asked */

struct source {
	struct probes *probes;
	struct socktrace_bpf *skeleton; /* the probes' */
	struct ring_buffer *ring;
	struct iterators *iterators;
	struct sweeps *sweeps;
	struct limits *limits;
	struct lookups *lookups; /* NULL: that row does not run so */
	source_sink *sink;
	void *context;
	int sink_error; /* the first */
	bool all; /* the processes traced are not all in the map of targets */
	bool endless; /* the trace does not end with its targets */
	bool follow;
	bool data_calls; /* calls that send and receive are seen one by one */
	struct hashmap cgroups; /* ids whose path was handed on */
	uint64_t losses[ST_LOSS_MAX];
	int64_t housekeeping_ns, losses_ns; /* when they are due next */
	struct pace pace;
};

static int64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int64_t now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

static int hand_on(struct source *source, const void *record, size_t size)
{
	if (!source->sink_error)
		source->sink_error = source->sink(source->context, record, size);
	return source->sink_error;
}

/* A cgroup id means nothing later: hand on its path, once, while the process lives. */
static void hand_on_cgroup(struct source *source, const struct st_process *process)
{
	struct st_cgroup record = {.id = process->cgroup};

	if (!process->cgroup || hashmap_get(&source->cgroups, process->cgroup) ||
	    proc_cgroup(process->pid, record.path, sizeof(record.path)))
		return;
	record_stamp(&record.h, ST_CGROUP, sizeof(record));
	if (!hand_on(source, &record, sizeof(record)))
		hashmap_set(&source->cgroups, process->cgroup, source);
}

/* A listener may be in a namespace that no target was in so far. */
static void cover_listener(struct source *source, const struct st_header *header)
{
	const struct st_call *call = st_call_of(header);
	const struct st_seen *seen = (const void *)header;

	if (call && call->call == ST_CALL_LISTEN)
		lookups_cover(source->lookups, call->pid, call->sock.netns);
	if (header->type == ST_SEEN && seen->sock.state == TCP_LISTEN)
		lookups_cover(source->lookups, seen->pid, seen->sock.netns);
}

/* It is no target, and no program told of it: a target's other end, seen when the trace began, or
 * one that waits in connect(). */
static void announce(struct source *source, __u32 pid)
{
	__u32 told, yes = ST_TARGET_YES;
	struct st_process record = {.event = ST_PROCESS_SEEN};
	struct bpf_map *announced = source->skeleton->maps.announced;

	if (!bpf_map__lookup_elem(announced, &pid, sizeof(pid), &told, sizeof(told), 0) ||
	    proc_describe(pid, &record))
		return;
	bpf_map__update_elem(announced, &pid, sizeof(pid), &yes, sizeof(yes), BPF_ANY);
	record_stamp(&record.h, ST_PROCESS, sizeof(record));
	hand_on(source, &record, sizeof(record));
}

static void announce_other_end(struct source *source, const struct st_header *header)
{
	const struct st_drop *drop = (const void *)header;
	const struct st_seen *seen = (const void *)header;

	if (header->type == ST_DROP && drop->path == ST_DROP_UNIX)
		announce(source, drop->pid);
	if (header->type == ST_SEEN && seen->sock.flags & ST_SOCK_PEER)
		announce(source, seen->pid);
}

static int hand_on_read(void *context, const void *record, size_t size)
{
	return hand_on(context, record, size);
}

static int on_ring_record(void *context, void *data, size_t size)
{
	struct source *source = context;
	struct st_runs mended;
	const struct st_header *header = runs_mend(&mended, data, size);

	if (header->type == ST_PROCESS)
		hand_on_cgroup(source, data);
	announce_other_end(source, header);
	iterators_note(source->iterators, header);
	sweeps_note(source->sweeps, header);
	if (source->lookups)
		cover_listener(source, header);
	hand_on(source, header, size);
	limits_note(source->limits, header);
	return source->sink_error;
}

static const char *data_mode(const struct source *source, const struct source_options *options)
{
	if (!options->data)
		return "off";
	return probes_row_method(source->probes, ROW_DATA_CALLS) ? "events" : "runs";
}

static int hand_on_preamble(struct source *source, const struct source_options *options)
{
	struct st_target target;
	struct st_host host;
	int r;

	host_record(&host);
	r = hand_on(source, &host, sizeof(host));
	target_record(&target, options, data_mode(source, options));
	if (!r)
		r = hand_on(source, &target, sizeof(target));
	for (int row = 0; row < ROW_MAX && !r; row++) {
		const char *method = probes_row_method(source->probes, row);
		struct st_probe probe = {0};

		record_stamp(&probe.h, ST_PROBE, sizeof(probe));
		snprintf(probe.row, sizeof(probe.row), "%s", probes_row_name(row));
		snprintf(probe.method, sizeof(probe.method), "%s", method ? method : "");
		r = hand_on(source, &probe, sizeof(probe));
	}
	return r;
}

/* What the programs noted of its threads before it was a target. */
static void forget_threads(struct source *source, pid_t pid)
{
	struct pid_list tids = {0};

	proc_threads(pid, &tids);
	vec_each (tid, &tids)
		bpf_map__delete_elem(source->skeleton->maps.threads, tid, sizeof(*tid), 0);
	vec_release(&tids);
}

static int add_one_target(struct source *source, pid_t pid)
{
	__u32 key = pid, yes = ST_TARGET_YES;
	struct st_process record = {.event = ST_PROCESS_SEEN, .target = 1};
	int r = proc_describe(pid, &record);

	source->skeleton->bss->target_hints[key % ST_TARGET_HINTS] = true;
	if (!r && bpf_map__update_elem(source->skeleton->maps.targets, &key, sizeof(key), &yes,
				       sizeof(yes), BPF_ANY))
		r = -errno;
	if (!r && !proc_exists(pid)) {
		/* It ended before it was a target, and nobody else would take it out again. */
		bpf_map__delete_elem(source->skeleton->maps.targets, &key, sizeof(key), 0);
		r = -ESRCH;
	}
	if (r)
		return r;
	forget_threads(source, pid);
	if (source->lookups)
		lookups_cover(source->lookups, pid, record.netns);
	bpf_map__update_elem(source->skeleton->maps.announced, &key, sizeof(key), &yes, sizeof(yes),
			     BPF_ANY);
	record_stamp(&record.h, ST_PROCESS, sizeof(record));
	return hand_on(source, &record, sizeof(record));
}

int source_add_target(struct source *source, pid_t pid)
{
	struct pid_list children = {0};
	int r = add_one_target(source, pid);

	if (r == -ESRCH)
		log_err("no process %d: it is gone, or never was", pid);
	if (!r && source->follow)
		r = proc_descendants(pid, &children);
	vec_each (child, &children)
		add_one_target(source, *child); /* may be gone by now */
	vec_release(&children);
	return r;
}

/* Those that are in the cgroup now: later ones are recognised by the probes. */
static int add_cgroup(struct source *source, const char *path)
{
	struct pid_list pids = {0};
	int r = proc_in_cgroup(path, &pids);

	vec_each (pid, &pids)
		add_one_target(source, *pid); /* may be gone by now */
	vec_release(&pids);
	return r;
}

static int open_ring(struct source *source)
{
	source->ring = ring_buffer__new(bpf_map__fd(source->skeleton->maps.ring), on_ring_record,
					source, NULL);
	return source->ring ? 0
			    : log_err_r(-errno, "cannot map the ring buffer: %s", strerror(errno));
}

/* With -a, a listener may be anywhere. */
static int cover_all(struct source *source)
{
	struct pid_list pids = {0};
	int r = proc_list(&pids);

	vec_each (pid, &pids)
		lookups_cover(source->lookups, *pid, proc_netns(*pid));
	vec_release(&pids);
	return r;
}

static int consume(void *context)
{
	struct source *source = context;
	int r = ring_buffer__consume(source->ring);

	return source->sink_error ? source->sink_error : r < 0 && r != -EINTR ? r : 0;
}

static int check_pids(const struct source_options *options)
{
	vec_each (pid, &options->pids)
		if (!proc_exists(*pid))
			return log_err_r(-ESRCH, "no process %d: it is gone, or never was", *pid);
	return 0;
}

int source_open(const struct source_options *options, source_sink *sink, void *context,
		struct source **out)
{
	struct source *source = calloc(1, sizeof(*source));
	int r = source ? check_pids(options) : -ENOMEM;

	if (!r) {
		source->sink = sink;
		source->context = context;
		source->all = options->all;
		source->endless = options->all || options->cgroup;
		source->follow = options->follow;
		r = probes_load(options, &source->probes);
	}
	if (!r)
		r = limits_new(hand_on_read, source, &source->limits);
	if (!r) {
		source->skeleton = probes_skeleton(source->probes);
		r = open_ring(source);
	}
	if (!r)
		r = probes_attach(source->probes);
	if (!r && probes_row_method(source->probes, ROW_SYN_DROPS))
		r = lookups_new(source->skeleton, &source->lookups);
	if (!r && source->lookups && options->all)
		r = cover_all(source);
	if (!r)
		source->data_calls = probes_data_calls(source->probes);
	if (!r && options->data_calls && !source->data_calls)
		log_warn("%s are not seen here: %s", probes_row_name(ROW_DATA_CALLS),
			 probes_row_without(ROW_DATA_CALLS));
	if (!r)
		r = iterators_new(source->probes, consume, source, &source->iterators);
	if (!r)
		r = sweeps_new(source->probes, options->unhurried, consume, source,
			       &source->sweeps);
	if (!r && probes_row_method(source->probes, ROW_IDENTITY))
		r = cookies_make(&options->pids); /* before a call of theirs is seen */
	if (!r)
		r = check_pids(options); /* with a first record files are begun */
	if (!r)
		r = hand_on_preamble(source, options);
	for (size_t i = 0; i < options->pids.len && !r; i++)
		r = source_add_target(source, options->pids.items[i]);
	if (!r && options->cgroup)
		r = add_cgroup(source, options->cgroup);
	if (r)
		source_free(&source);
	else
		*out = source;
	return r;
}

int source_snapshot(struct source *source)
{
	int r = snapshot_take(source->probes, source->all, source->data_calls, consume, source);

	privileges_drop(source->lookups != NULL);
	pace_init(&source->pace);
	return r;
}

/* The losses so far, when there are new ones or `always`. */
static int hand_on_losses(struct source *source, bool always)
{
	struct st_loss_record record = {0};

	if (losses_read(source->probes, record.count))
		return -ENOMEM;
	if (!always && !memcmp(record.count, source->losses, sizeof(source->losses)))
		return 0;
	memcpy(source->losses, record.count, sizeof(source->losses));
	record_stamp(&record.h, ST_LOSS, sizeof(record));
	return hand_on(source, &record, sizeof(record));
}

static int housekeeping(struct source *source)
{
	int64_t now = now_ns();
	int r;

	if (now < source->housekeeping_ns)
		return 0;
	source->housekeeping_ns = now + HOUSEKEEPING_NS;
	r = sweeps_run(source->sweeps, now, false);
	if (r || now < source->losses_ns)
		return r;
	source->losses_ns = now + LOSSES_NS;
	return hand_on_losses(source, false);
}

static int until_sampling_ms(const struct source *source, int timeout_ms)
{
	int64_t due = iterators_due_ns(source->iterators);
	int64_t left_ms = due == INT64_MAX ? timeout_ms : (due - now_ns() + 999999) / 1000000;

	return left_ms < 0 ? 0 : left_ms < timeout_ms ? left_ms : timeout_ms;
}

/* What it costs is CPU time: sleeping is none. */
static int read_ring(struct source *source, int timeout_ms)
{
	int64_t before_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	int r = ring_buffer__poll(source->ring, until_sampling_ms(source, timeout_ms));

	if (r < 0 && r != -EINTR)
		return source->sink_error ? source->sink_error : r;
	r = consume(source);
	pace_adapt(&source->pace, clock_ns(CLOCK_THREAD_CPUTIME_ID) - before_ns);
	return r;
}

int source_poll(struct source *source, int timeout_ms)
{
	int interval_ms = source->pace.interval_ms;
	int r = read_ring(source, timeout_ms < interval_ms ? timeout_ms : interval_ms);

	if (!r)
		r = iterators_sample_threads(source->iterators, now_ns());
	return r ? r : housekeeping(source);
}

bool source_has_targets(const struct source *source)
{
	__u32 pid;

	return source->endless ||
	       !bpf_map__get_next_key(source->skeleton->maps.targets, NULL, &pid, sizeof(pid));
}

int source_finish(struct source *source)
{
	struct st_end end = {0};
	int r;

	source->skeleton->bss->finishing = true;
	r = iterators_sample_threads(source->iterators, INT64_MAX / 2); /* whoever is due or not */
	if (!r)
		r = sweeps_run(source->sweeps, now_ns(), true);
	if (!r)
		r = consume(source);
	if (!r)
		r = waits_report(source->skeleton->maps.threads, hand_on_read, source);
	if (!r)
		r = hand_on_losses(source, true);
	record_stamp(&end.h, ST_END, sizeof(end));
	return r ? r : hand_on(source, &end, sizeof(end));
}

void source_free(struct source **source)
{
	struct source *s = *source;

	if (!s)
		return;
	ring_buffer__free(s->ring);
	sweeps_free(&s->sweeps);
	iterators_free(&s->iterators);
	limits_free(&s->limits);
	lookups_free(&s->lookups);
	probes_free(&s->probes);
	hashmap_release(&s->cgroups);
	free(s);
	*source = NULL;
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the pace. Does not know where limits are read.
 */
#include "capture/limits.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/hashmap.h"
#include "capture/cpu_quota.h"
#include "capture/fd_limits.h"
#include "capture/host.h"

#define MS 1000000LL
#define FDS_PAUSE_NS (1000 * MS) /* of a process */
#define QUOTA_PAUSE_NS (100 * MS)
#define SHARE 20 /* of the time one in so many parts may go into reading */
#define PROCESSES_MAX 65536

struct limited {
	int64_t fds_due_ns, quota_due_ns;
	struct st_cpu_quota quota; /* as last told; version 0: never */
};

struct limits {
	source_sink *sink;
	void *context;
	struct hashmap processes; /* pid → struct limited */
	int64_t fds_due_ns, quota_due_ns; /* of any process */
};

int limits_new(source_sink *sink, void *context, struct limits **out)
{
	struct limits *limits = calloc(1, sizeof(*limits));

	if (!limits)
		return -ENOMEM;
	limits->sink = sink;
	limits->context = context;
	*out = limits;
	return 0;
}

void limits_free(struct limits **at)
{
	struct limits *limits = *at;
	struct limited *limited;

	if (!limits)
		return;
	for (size_t i = 0; (limited = hashmap_next(&limits->processes, &i));)
		free(limited);
	hashmap_release(&limits->processes);
	free(limits);
	*at = NULL;
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* NULL: there are too many, or no memory. */
static struct limited *limited_of(struct limits *limits, __u32 pid)
{
	struct limited *limited = hashmap_get(&limits->processes, pid);

	if (limited || !pid || limits->processes.len >= PROCESSES_MAX)
		return limited;
	limited = calloc(1, sizeof(*limited));
	if (limited && hashmap_set(&limits->processes, pid, limited)) {
		free(limited);
		limited = NULL;
	}
	return limited;
}

/* After a reading that began then: by how long it took. */
static int64_t due_again_ns(int64_t began_ns)
{
	return began_ns + (now_ns() - began_ns) * SHARE;
}

static void look_at_fds(struct limits *limits, __u32 pid)
{
	struct limited *limited = limited_of(limits, pid);
	struct st_process_limits record = {.pid = pid};
	int64_t now = now_ns();

	if (!limited || now < limited->fds_due_ns || now < limits->fds_due_ns)
		return;
	limited->fds_due_ns = now + FDS_PAUSE_NS;
	fd_limits_read(pid, &record);
	record_stamp(&record.h, ST_PROCESS_LIMITS, sizeof(record));
	limits->sink(limits->context, &record, sizeof(record));
	limits->fds_due_ns = due_again_ns(now);
}

static bool same_quota(const struct st_cpu_quota *a, const struct st_cpu_quota *b)
{
	size_t from = offsetof(struct st_cpu_quota, version);

	return !memcmp((const char *)a + from, (const char *)b + from, sizeof(*a) - from);
}

static void look_at_quota(struct limits *limits, __u32 pid)
{
	struct limited *limited = limited_of(limits, pid);
	struct st_cpu_quota record = {.pid = pid};
	int64_t now = now_ns();

	if (!limited || now < limited->quota_due_ns || now < limits->quota_due_ns)
		return;
	limited->quota_due_ns = now + QUOTA_PAUSE_NS;
	if (!cpu_quota_read(pid, &record) && !same_quota(&record, &limited->quota)) {
		limited->quota = record;
		record_stamp(&record.h, ST_CPU_QUOTA, sizeof(record));
		limits->sink(limits->context, &record, sizeof(record));
	}
	limits->quota_due_ns = due_again_ns(now);
}

void limits_note(struct limits *limits, const struct st_header *header)
{
	const struct st_call *call = (const void *)header;
	const struct st_seen *seen = (const void *)header;
	const struct st_process *process = (const void *)header;

	switch (header->type) {
	case ST_CALL:
	case ST_CALL_JOIN:
		if (call->call == ST_CALL_ACCEPT && (call->ret == -EMFILE || call->ret == -ENFILE))
			look_at_fds(limits, call->pid);
		break;
	case ST_SEEN:
		if (seen->sock.state == TCP_LISTEN)
			look_at_quota(limits, seen->pid);
		break;
	case ST_SAMPLE:
		look_at_quota(limits, ((const struct st_sample *)header)->pid);
		break;
	case ST_PROCESS:
		if (process->event == ST_PROCESS_EXIT)
			free(hashmap_remove(&limits->processes, process->pid));
		break;
	}
}

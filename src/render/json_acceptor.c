/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns how what a thread did between its accepts is written. Does not work it out.
 */
#include "render/json_acceptor.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "analyze/segments.h"
#include "base/syscalls.h"

static const char *const states[] = {
	[SEGMENT_ACCEPTING] = "accepting",
	[SEGMENT_RUNNING] = "running",
	[SEGMENT_RUNNABLE] = "runnable",
	[SEGMENT_BLOCKED] = "blocked",
};

static_assert(sizeof(states) / sizeof(states[0]) == SEGMENT_STATE_MAX, "every state has a word");

static const char *held_text(const struct thread_sample *sample)
{
	switch (sample ? sample->state : 0) {
	case ST_THREAD_STOPPED:
		return "stopped";
	case ST_THREAD_FROZEN:
		return "frozen";
	case ST_THREAD_EXITED:
		return "exited";
	default:
		return NULL;
	}
}

/* A call without a name is written as its number. */
static void json_member_call(struct json *json, const struct segment *segment, const char *machine)
{
	const struct thread_sample *sample = segment->sample;
	const char *name;

	if (segment->state == SEGMENT_ACCEPTING) {
		json_member_string(json, "call", "accept");
		return;
	}
	if (!sample || sample->syscall < 0) {
		json_member_null(json, "call");
		return;
	}
	json_key(json, "call");
	name = syscall_name(machine, sample->syscall);
	if (name)
		json_string(json, name);
	else
		json_printf(json, "%d", sample->syscall);
}

static void json_segment(struct json *json, const struct segment *segment, const char *machine)
{
	const struct thread_sample *sample = segment->sample;

	json_object(json);
	json_member_time(json, "start_ns", segment->start_ns);
	json_member_time(json, "end_ns", segment->end_ns);
	json_member_string(json, "state", states[segment->state]);
	json_member_call(json, segment, machine);
	json_member_fd(json, "fd", sample ? sample->fd : -1);
	json_member_id(json, "socket", sample && !sample->connection ? sample->socket : 0);
	json_member_id(json, "connection", sample ? sample->connection : 0);
	json_key(json, "file");
	if (sample && sample->file[0])
		json_text(json, sample->file, strlen(sample->file));
	else
		json_null(json);
	json_member_string(json, "held", held_text(sample));
	json_object_end(json);
}

void json_acceptor(struct json *json, enum json_form form, const struct acceptor *acceptor,
		   const struct capture *capture)
{
	struct segments segments = {0};

	if (segments_of(acceptor, &segments))
		json_fail(json, -ENOMEM);
	json_open(json, form, "acceptor");
	json_member_id(json, "listener", acceptor->listener->id);
	json_member_process(json, "process", acceptor->process);
	json_member_uint(json, "tid", acceptor->tid);
	json_key(json, "comm");
	json_text(json, acceptor->comm, strlen(acceptor->comm));
	json_member_uint(json, "accepted", acceptor->accepted);
	json_member_time(json, "last_accept_ns", acceptor->last_accept_ns);
	json_member_uint(json, "failures", acceptor->failures);
	json_member_int(json, "grain_ns", acceptor->grain_ns);
	json_member_array(json, "segments");
	vec_each (segment, &segments)
		json_segment(json, segment, capture->machine);
	json_array_end(json);
	json_object_end(json);
	vec_release(&segments);
}

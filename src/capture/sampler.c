/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the pace, and what it takes to find a listener's threads: the numbers that it
 * has in its owners, and who accepted from it. Does not look itself.
 */
#include "capture/sampler.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>

#include "base/hashmap.h"
#include "base/vec.h"

#define MS 1000000LL
#define WATCHED_MAX 16384
#define APART_NS (1000 * MS) /* after so long a new row of looks begins */
#define SHARE 20 /* of the time one in so many parts may go into looking */
#define ALL_PAUSE_NS (100 * MS)
#define VAIN_MAX 10 /* looks in a row that found nobody: the listener is gone */

/* One listener. */
struct watched {
	uint64_t id;
	int32_t fd[ST_SAMPLING_FDS];
	uint32_t tid[ST_SAMPLING_TIDS];
	unsigned fds, tids; /* seen so far: the oldest gives way */
	bool crowded;
	uint64_t depth_ns; /* the latest moment that a depth was told of */
	int64_t since_ns, looked_ns; /* the first look of a row, and the last one */
	int64_t due_ns;
	int64_t all_due_ns; /* for threads that do not accept */
	unsigned vain;
};

struct sampler {
	struct hashmap watched; /* id → struct watched */
	VEC(struct watched *) crowded;
	size_t next; /* in the round that is under way */
	struct watched *looking;
	bool found; /* somebody, by the look that is under way */
};

int sampler_new(struct sampler **out)
{
	*out = calloc(1, sizeof(**out));
	return *out ? 0 : -ENOMEM;
}

void sampler_free(struct sampler **at)
{
	struct sampler *sampler = *at;
	struct watched *watched;

	if (!sampler)
		return;
	for (size_t i = 0; (watched = hashmap_next(&sampler->watched, &i));)
		free(watched);
	hashmap_release(&sampler->watched);
	vec_release(&sampler->crowded);
	free(sampler);
	*at = NULL;
}

/* NULL: it cannot be watched: too many, or no memory. */
static struct watched *watch(struct sampler *sampler, uint64_t id)
{
	struct watched *watched = id ? hashmap_get(&sampler->watched, id) : NULL;

	if (watched || !id || sampler->watched.len >= WATCHED_MAX)
		return watched;
	watched = calloc(1, sizeof(*watched));
	if (!watched || hashmap_set(&sampler->watched, id, watched)) {
		free(watched);
		return NULL;
	}
	watched->id = id;
	for (int i = 0; i < ST_SAMPLING_FDS; i++)
		watched->fd[i] = -1;
	return watched;
}

static void calm(struct sampler *sampler, struct watched *watched)
{
	watched->crowded = false;
	for (size_t i = 0; i < sampler->crowded.len; i++)
		if (sampler->crowded.items[i] == watched)
			sampler->crowded.items[i] = sampler->crowded.items[--sampler->crowded.len];
}

static void forget(struct sampler *sampler, uint64_t id)
{
	struct watched *watched = hashmap_get(&sampler->watched, id);

	if (!watched)
		return;
	calm(sampler, watched);
	if (sampler->looking == watched)
		sampler->looking = NULL;
	hashmap_remove(&sampler->watched, id);
	free(watched);
}

/* Some are told late, when a deeper queue has been told of since. */
static void note_depth(struct sampler *sampler, struct watched *watched, uint64_t ts_ns,
		       uint32_t depth, uint32_t limit)
{
	bool crowded = st_queue_is_crowded(depth, limit);

	if (!watched || ts_ns < watched->depth_ns)
		return;
	watched->depth_ns = ts_ns;
	if (crowded == watched->crowded)
		return;
	if (!crowded) {
		calm(sampler, watched);
	} else if (!vec_push(&sampler->crowded, watched)) {
		watched->crowded = true;
		watched->vain = 0;
	}
}

static void note_fd(struct watched *watched, int32_t fd)
{
	if (!watched || fd < 0)
		return;
	for (int i = 0; i < ST_SAMPLING_FDS; i++)
		if (watched->fd[i] == fd)
			return;
	watched->fd[watched->fds++ % ST_SAMPLING_FDS] = fd;
}

static void note_tid(struct watched *watched, uint32_t tid)
{
	if (!watched)
		return;
	for (int i = 0; i < ST_SAMPLING_TIDS; i++)
		if (watched->tid[i] == tid)
			return;
	watched->tid[watched->tids++ % ST_SAMPLING_TIDS] = tid;
}

static void note_call(struct sampler *sampler, const struct st_call *call)
{
	struct watched *watched;

	if (call->call == ST_CALL_LISTEN && call->ret == 0) {
		note_fd(watch(sampler, call->sock.id), call->fd);
	} else if (call->call == ST_CALL_ACCEPT) {
		watched = watch(sampler, call->listener);
		note_fd(watched, call->fd);
		if (call->ret >= 0)
			note_tid(watched, call->tid);
		note_depth(sampler, watched, call->h.ts_ns, call->depth, call->backlog);
	}
}

static void note_seen(struct sampler *sampler, const struct st_seen *seen)
{
	struct watched *watched =
		seen->sock.state == TCP_LISTEN ? watch(sampler, seen->sock.id) : NULL;

	note_fd(watched, seen->fd);
	note_depth(sampler, watched, seen->h.ts_ns, seen->depth, seen->backlog);
}

static void note_state(struct sampler *sampler, const struct st_state *state)
{
	if (state->old == TCP_LISTEN && state->new == TCP_CLOSE)
		forget(sampler, state->sock.id);
	else if (state->listener && state->queued_ns && state->new == TCP_ESTABLISHED)
		note_depth(sampler, watch(sampler, state->listener), state->h.ts_ns,
			   state->depth + 1, state->limit);
}

static void note_sample(struct sampler *sampler, const struct st_sample *sample)
{
	if (sampler->looking && sampler->looking->id == sample->listener)
		sampler->found = true;
}

void sampler_note(struct sampler *sampler, const struct st_header *record)
{
	const struct st_listener *reading = (const void *)record;
	const struct st_drop *drop = (const void *)record;

	switch (record->type) {
	case ST_CALL:
	case ST_CALL_UNIX:
	case ST_CALL_JOIN:
		note_call(sampler, (const void *)record);
		break;
	case ST_SEEN:
		note_seen(sampler, (const void *)record);
		break;
	case ST_STATE:
		note_state(sampler, (const void *)record);
		break;
	case ST_LISTENER:
		note_depth(sampler, watch(sampler, reading->id), reading->h.ts_ns, reading->depth,
			   reading->limit);
		break;
	case ST_DROP:
		note_depth(sampler, watch(sampler, drop->sock.id), drop->h.ts_ns, drop->depth,
			   drop->limit);
		break;
	case ST_RELEASE:
		forget(sampler, ((const struct st_release *)record)->id);
		break;
	case ST_SAMPLE:
		note_sample(sampler, (const void *)record);
		break;
	}
}

int64_t sampler_due_ns(const struct sampler *sampler)
{
	int64_t due = INT64_MAX;

	vec_each (at, &sampler->crowded)
		if ((*at)->due_ns < due)
			due = (*at)->due_ns;
	return due;
}

/* A stall of 300 ms is seen 30 times, one of an hour 70,000 times. */
static int64_t pause_ns(const struct watched *watched, int64_t now_ns)
{
	int64_t age_ns = now_ns - watched->since_ns;

	if (age_ns < 500 * MS && watched->tids)
		return 5 * MS;
	return age_ns < 10000 * MS ? 20 * MS : 50 * MS;
}

bool sampler_next(struct sampler *sampler, int64_t now_ns, struct st_sampling *out)
{
	struct watched *watched = NULL;

	while (sampler->next < sampler->crowded.len && !watched) {
		watched = sampler->crowded.items[sampler->next++];
		if (watched->due_ns > now_ns)
			watched = NULL;
	}
	sampler->looking = watched;
	sampler->found = false;
	if (!watched) {
		sampler->next = 0;
		return false;
	}
	if (now_ns - watched->looked_ns > APART_NS)
		watched->since_ns = now_ns;
	watched->looked_ns = now_ns;
	*out = (struct st_sampling){.listener = watched->id};
	for (int i = 0; i < ST_SAMPLING_FDS; i++)
		out->fd[i] = watched->fd[i];
	for (int i = 0; i < ST_SAMPLING_TIDS; i++)
		out->tid[i] = watched->tid[i];
	/* where nobody has accepted yet, all are those to look at */
	out->all = !watched->tids || watched->all_due_ns <= now_ns;
	watched->due_ns = now_ns + pause_ns(watched, now_ns);
	if (out->all)
		watched->all_due_ns = now_ns + ALL_PAUSE_NS;
	return true;
}

void sampler_looked(struct sampler *sampler, int64_t took_ns)
{
	struct watched *watched = sampler->looking;

	if (!watched)
		return;
	watched->due_ns +=
		took_ns * SHARE * (int64_t)(sampler->crowded.len ? sampler->crowded.len : 1);
	sampler->looking = NULL;
	watched->vain = sampler->found ? 0 : watched->vain + 1;
	if (watched->vain < VAIN_MAX)
		return;
	/* who accepted is gone; with them perhaps the listener */
	if (!watched->tids)
		calm(sampler, watched);
	watched->tids = watched->vain = 0;
}

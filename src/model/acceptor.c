/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the threads that accept: from their clocks at each accept() and each sample it
 * works out what they did in between. Does not know why.
 */
#include "model/acceptor.h"

#include <errno.h>
#include <string.h>

#include "model/acceptors.h"
#include "model/processes.h"
#include "model/sockets.h"
#include "model/wire.h"

#define TURNS_MAX 10000
#define ACCEPTORS_MAX 4096
#define GRAIN_FIRST_NS 100000
/* The kernel brings a running thread's clock up to date at ticks, which are this far apart
 * at most: so much may show late. */
#define TICK_NS 10000000

struct accepting {
	struct acceptor pub;
	int64_t point_ns; /* when its clocks were last read; TIME_UNKNOWN: never */
	int64_t turn_ns; /* when its open turn began; TIME_UNKNOWN: none */
	uint64_t running_clock, runnable_clock; /* at that point; 0: not known */
	/* Time attributed before its clock showed it (negative), or still to be attributed. */
	int64_t running_carry, runnable_carry;
	int64_t turn_running_ns, turn_runnable_ns; /* of the open turn so far */
	uint8_t state; /* enum st_thread_state at that point */
};

static struct accepting *accepting_of(struct acceptor *acceptor)
{
	return (struct accepting *)acceptor;
}

static uint64_t acceptor_key(const struct listener *listener, uint32_t tid)
{
	return listener->id << 32 | tid;
}

static void acceptor_free(struct acceptor *acceptor)
{
	vec_release(&acceptor->turns);
	vec_release(&acceptor->samples);
	free(accepting_of(acceptor));
}

static struct accepting *acceptor_new(struct model *model, struct listening *listening,
				      struct process *process, uint32_t tid)
{
	struct accepting *accepting = calloc(1, sizeof(*accepting));
	uint64_t key = acceptor_key(&listening->pub, tid);

	if (!accepting)
		goto fail;
	accepting->pub.listener = &listening->pub;
	accepting->pub.process = process;
	accepting->pub.tid = tid;
	accepting->pub.last_accept_ns = accepting->pub.failed_ns = TIME_UNKNOWN;
	accepting->point_ns = accepting->turn_ns = TIME_UNKNOWN;
	if (vec_push(&model->acceptors, &accepting->pub))
		goto fail;
	if (!hashmap_set(&model->index->acceptors, key, accepting))
		return accepting;
	model->acceptors.len--;
fail:
	free(accepting);
	model_fail(model);
	return NULL;
}

/* NULL: there are too many, or no memory. */
static struct accepting *acceptor_seen(struct model *model, struct listening *listening,
				       struct process *process, uint32_t tid, const char *comm)
{
	struct accepting *accepting =
		hashmap_get(&model->index->acceptors, acceptor_key(&listening->pub, tid));

	/* a tid used again is another thread */
	if (accepting && accepting->pub.process != process)
		accepting = NULL;
	if (!accepting && model->acceptors.len < ACCEPTORS_MAX)
		accepting = acceptor_new(model, listening, process, tid);
	if (accepting)
		wire_text(accepting->pub.comm, comm, ST_COMM_LEN);
	return accepting;
}

/* How far a clock went since the last point, within the time there was. */
static int64_t clock_step(uint64_t from, uint64_t to, int64_t *carry, int64_t room)
{
	int64_t step = (to > from ? (int64_t)(to - from) : 0) + *carry;

	if (step < 0) {
		*carry = step;
		return 0;
	}
	*carry = step <= room ? 0 : step - room < TICK_NS ? step - room : TICK_NS;
	return step <= room ? step : room;
}

struct spent {
	int64_t running_ns, runnable_ns; /* TIME_UNKNOWN: not known */
};

/* A sample says what the thread does now, which its clocks will show only later. */
static void attribute_rest(struct accepting *accepting, uint8_t state, int64_t rest,
			   struct spent *spent)
{
	if (state == ST_THREAD_RUNNABLE) {
		spent->runnable_ns += rest;
		accepting->runnable_carry -= rest;
	} else if (state == ST_THREAD_RUNNING && accepting->state == ST_THREAD_RUNNING) {
		rest = rest < TICK_NS ? rest : TICK_NS;
		spent->running_ns += rest;
		accepting->running_carry -= rest;
	}
}

/* What the thread did from the last point to t, which becomes the last point. */
static struct spent advance(struct accepting *accepting, int64_t t_ns, uint64_t running,
			    uint64_t runnable, uint8_t state, bool sampled)
{
	struct spent spent = {TIME_UNKNOWN, TIME_UNKNOWN};

	if (accepting->point_ns != TIME_UNKNOWN && running && accepting->running_clock) {
		/* records of other CPUs may come late */
		int64_t room = t_ns > accepting->point_ns ? t_ns - accepting->point_ns : 0;

		spent.running_ns = clock_step(accepting->running_clock, running,
					      &accepting->running_carry, room);
		room -= spent.running_ns;
		spent.runnable_ns = clock_step(accepting->runnable_clock, runnable,
					       &accepting->runnable_carry, room);
		room -= spent.runnable_ns;
		if (accepting->runnable_carry > 0)
			accepting->runnable_carry = 0; /* a wait is told at its end, not later */
		if (sampled)
			attribute_rest(accepting, state, room, &spent);
		accepting->turn_running_ns += spent.running_ns;
		accepting->turn_runnable_ns += spent.runnable_ns;
	}
	accepting->point_ns = t_ns;
	accepting->running_clock = running;
	accepting->runnable_clock = runnable;
	accepting->state = state;
	return spent;
}

static int64_t sum_or_unknown(int64_t a, int64_t b)
{
	return a == TIME_UNKNOWN || b == TIME_UNKNOWN ? TIME_UNKNOWN : a + b;
}

static void turn_join(struct accept_turn *turn, const struct accept_turn *next)
{
	turn->end_ns = next->end_ns;
	turn->accepting_ns += next->accepting_ns;
	turn->running_ns = sum_or_unknown(turn->running_ns, next->running_ns);
	turn->runnable_ns = sum_or_unknown(turn->runnable_ns, next->runnable_ns);
	turn->accepts += next->accepts;
	turn->crowded |= next->crowded;
}

/* Neighbours that are no longer together than the grain become one. */
static void turns_join(struct acceptor *acceptor)
{
	struct accept_turn *items = acceptor->turns.items;
	size_t kept = 0;

	for (size_t i = 1; i < acceptor->turns.len; i++) {
		if (items[i].end_ns - items[kept].start_ns <= acceptor->grain_ns)
			turn_join(&items[kept], &items[i]);
		else
			items[++kept] = items[i];
	}
	acceptor->turns.len = kept + 1;
}

/* Makes room until half are left, no coarser than that takes: what came since the last time is
 * finer than the grain. */
static void turns_thin(struct acceptor *acceptor)
{
	if (!acceptor->grain_ns)
		acceptor->grain_ns = GRAIN_FIRST_NS;
	for (;;) {
		turns_join(acceptor);
		if (acceptor->turns.len <= TURNS_MAX / 2 || acceptor->grain_ns > INT64_MAX / 2)
			return;
		acceptor->grain_ns *= 2;
	}
}

static void turn_end(struct model *model, struct accepting *accepting,
		     const struct listening *listening, const struct st_call *call)
{
	struct acceptor *pub = &accepting->pub;
	int64_t t = wire_time(model, call->h.ts_ns);
	int64_t enter = call->enter_ns ? wire_time(model, call->enter_ns) : accepting->turn_ns;
	struct accept_turn turn = {
		.start_ns = accepting->turn_ns,
		.end_ns = t,
		.accepts = call->ret >= 0,
		.running_ns = TIME_UNKNOWN,
		.runnable_ns = TIME_UNKNOWN,
	};

	if (enter < turn.start_ns)
		enter = turn.start_ns;
	turn.accepting_ns = enter < t ? t - enter : 0;
	turn.crowded =
		queue_is_crowded(call->depth + 1, call->backlog) ||
		(listening->crowded_ns != TIME_UNKNOWN && listening->crowded_ns >= turn.start_ns);
	if (accepting->running_clock) {
		turn.running_ns = accepting->turn_running_ns;
		turn.runnable_ns = accepting->turn_runnable_ns;
	}
	if (pub->turns.len >= TURNS_MAX)
		turns_thin(pub);
	if (vec_push(&pub->turns, turn))
		model_fail(model);
}

void acceptor_returned(struct model *model, struct listening *listening, struct process *process,
		       const struct st_call *call)
{
	int64_t t = wire_time(model, call->h.ts_ns);
	struct accepting *accepting;

	if (!process || call->ret == -EAGAIN || call->ret == -EINTR)
		return;
	accepting = acceptor_seen(model, listening, process, call->tid, call->comm);
	if (!accepting || (accepting->point_ns != TIME_UNKNOWN && t < accepting->point_ns))
		return;
	advance(accepting, t, call->running_ns, call->runnable_ns, ST_THREAD_RUNNING, false);
	if (accepting->turn_ns != TIME_UNKNOWN)
		turn_end(model, accepting, listening, call);
	accepting->turn_ns = t;
	accepting->turn_running_ns = accepting->turn_runnable_ns = 0;
	if (call->ret >= 0) {
		accepting->pub.accepted++;
		accepting->pub.last_accept_ns = t;
	} else {
		accepting->pub.failures++;
		accepting->pub.failed_err = -call->ret;
		accepting->pub.failed_ns = t;
	}
}

/* Every second one goes: its times are the next one's too, if nothing lies between them. */
static void samples_thin(struct thread_samples *samples)
{
	struct thread_sample *items = samples->items;
	size_t kept = 0;

	for (size_t i = 1; i < samples->len; i += 2) {
		const struct thread_sample *gone = &items[i - 1];
		struct thread_sample sample = items[i];

		if (sample.from_ns == gone->t_ns && gone->from_ns != TIME_UNKNOWN) {
			sample.from_ns = gone->from_ns;
			sample.running_ns = sum_or_unknown(sample.running_ns, gone->running_ns);
			sample.runnable_ns = sum_or_unknown(sample.runnable_ns, gone->runnable_ns);
		}
		items[kept++] = sample;
	}
	samples->len = kept;
}

static void sample_keep(struct model *model, struct acceptor *acceptor,
			const struct thread_sample *sample)
{
	bool accepts = acceptor->accepted || acceptor->failures;

	if (acceptor->samples.len >= (accepts ? SAMPLES_MAX : IDLE_SAMPLES_MAX))
		samples_thin(&acceptor->samples);
	if (vec_push(&acceptor->samples, *sample))
		model_fail(model);
}

void acceptor_apply_sample(struct model *model, const struct st_sample *record)
{
	struct sock *listens = sock_find(model, record->listener);
	struct sock *behind = record->socket ? sock_find(model, record->socket) : NULL;
	int64_t t = wire_time(model, record->h.ts_ns);
	struct thread_sample sample = {
		.t_ns = t,
		.state = record->state,
		.syscall = record->syscall,
		.fd = record->fd,
		.arg = record->syscall_arg,
		.socket = behind ? behind->pub.id : 0,
		.connection = behind && behind->pub.connection ? behind->pub.connection->id : 0,
	};
	struct accepting *accepting;
	struct process *process;
	struct spent spent;

	if (!listens || !listens->pub.listener)
		return;
	process = process_seen(model, record->pid, NULL, t);
	accepting = process ? acceptor_seen(model, listening_of(listens->pub.listener), process,
					    record->tid, record->comm)
			    : NULL;
	if (!accepting || (accepting->point_ns != TIME_UNKNOWN && t <= accepting->point_ns))
		return;
	sample.from_ns = accepting->point_ns;
	spent = advance(accepting, t, record->running_ns, record->runnable_ns, record->state, true);
	sample.running_ns = spent.running_ns;
	sample.runnable_ns = spent.runnable_ns;
	wire_text(sample.file, record->file, sizeof(record->file));
	sample_keep(model, &accepting->pub, &sample);
}

void acceptors_forget(struct model *model, const struct listener *listener)
{
	size_t kept = 0;

	vec_each (at, &model->acceptors) {
		struct acceptor *acceptor = *at;
		uint64_t key = acceptor_key(acceptor->listener, acceptor->tid);

		if (acceptor->listener != listener) {
			model->acceptors.items[kept++] = acceptor;
			continue;
		}
		if (hashmap_get(&model->index->acceptors, key) == acceptor)
			hashmap_remove(&model->index->acceptors, key);
		acceptor_free(acceptor);
	}
	model->acceptors.len = kept;
}

void acceptors_release(struct model *model)
{
	vec_each (at, &model->acceptors)
		acceptor_free(*at);
	vec_release(&model->acceptors);
	hashmap_release(&model->index->acceptors);
}

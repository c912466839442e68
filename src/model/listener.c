/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the listeners: backlog, queue, owners, waits. Does not know who connects.
 */
#include "model/listener.h"

#include <errno.h>
#include <string.h>

#include "model/acceptors.h"
#include "model/listeners.h"
#include "model/netnses.h"
#include "model/processes.h"
#include "model/queue_steps.h"
#include "model/sockets.h"
#include "model/wire.h"

static uint64_t address_key(uint32_t netns, const struct address *address)
{
	if (address->family != FAMILY_UNIX)
		return hash_bytes(address->bytes, sizeof(address->bytes),
				  (uint64_t)netns << 32 | (uint32_t)address->family << 16 |
					  address->port);
	/* a path is the file system's, an abstract name the network namespace's */
	return hash_bytes(address->path, address->path_len,
			  address->abstract ? (uint64_t)netns << 32 : 1);
}

bool listener_limit_known(const struct listener *listener)
{
	return listener->effective || listener->from_snapshot ||
	       listener->requested != REQUESTED_UNKNOWN;
}

void listener_moved(struct model *model, struct listening *listening)
{
	struct hashmap *listeners = &model->index->listeners;
	struct socket *socket = listening->pub.socket;

	if (hashmap_get(listeners, listening->address_key) == listening)
		hashmap_remove(listeners, listening->address_key);
	if (socket)
		listening->pub.address = socket->local;
	listening->address_key = address_key(listening->pub.netns, &listening->pub.address);
	if (hashmap_set(listeners, listening->address_key, listening))
		model_fail(model);
}

static struct listening *find_exact(const struct model *model, uint32_t netns,
				    const struct address *address)
{
	struct listening *found =
		hashmap_get(&model->index->listeners, address_key(netns, address));

	return found && address_equal(&found->pub.address, address) ? found : NULL;
}

struct listening *listener_find(const struct model *model, uint32_t netns,
				const struct address *address)
{
	struct address any = {.family = FAMILY_INET, .port = address->port};
	struct listening *found = find_exact(model, netns, address);

	if (found || address->family == FAMILY_UNIX || address->family == FAMILY_NONE)
		return found;
	if (address->family == FAMILY_INET)
		found = find_exact(model, netns, &any);
	any.family = FAMILY_INET6;
	return found ? found : find_exact(model, netns, &any);
}

static void listener_tell(struct model *model, const struct listening *listening)
{
	if (model->watch.listener)
		model->watch.listener(model->watch.context, &listening->pub);
}

struct listening *listener_open(struct model *model, struct sock *sock, int64_t t_ns)
{
	struct listening *listening = listening_of(sock->pub.listener);
	struct listener *pub;

	if (listening && listening->pub.closed_ns == TIME_UNKNOWN)
		return listening;
	if (listening)
		listening->pub.socket = NULL;
	listening = calloc(1, sizeof(*listening));
	if (!listening || vec_push(&model->listeners, &listening->pub)) {
		free(listening);
		model_fail(model);
		sock->pub.listener = NULL;
		return NULL;
	}
	pub = &listening->pub;
	pub->id = model->index->next_listener++;
	pub->socket = &sock->pub;
	pub->protocol = sock->pub.protocol;
	pub->family = sock->pub.family;
	pub->netns = sock->pub.netns;
	pub->from_snapshot = t_ns == TIME_UNKNOWN;
	pub->requested = REQUESTED_UNKNOWN;
	pub->somaxconn = netns_somaxconn(model, pub->netns);
	pub->opened_ns = t_ns;
	pub->closed_ns = TIME_UNKNOWN;
	pub->accepts_untold = capture_left_out(&model->capture, ST_CALL_ACCEPT);
	listening->crowded_ns = TIME_UNKNOWN;
	pub->events = sock->pub.events;
	sock->pub.events = (struct events){0};
	sock->pub.listener = pub;
	sock->joined = true;
	listener_moved(model, listening);
	listener_owned(model, listening, sock->pub.process, sock->pub.fd);
	return listening;
}

void listener_configure(struct model *model, struct listening *listening, int64_t t_ns,
			int32_t requested, uint32_t effective)
{
	struct listener *pub = &listening->pub;
	struct backlog_change change = {t_ns, requested, effective};
	struct backlog_change *last =
		pub->backlog_changes.len ? &pub->backlog_changes.items[pub->backlog_changes.len - 1]
					 : NULL;

	/* a reading on its way here may have told the new limit before */
	if (last && last->requested == REQUESTED_UNKNOWN && last->effective == effective)
		*last = change;
	else if ((listening->configured || pub->from_snapshot) &&
		 pub->backlog_changes.len < EVENTS_MAX && vec_push(&pub->backlog_changes, change))
		model_fail(model);
	pub->requested = requested;
	pub->effective = effective;
	listening->configured = true;
	listener_tell(model, listening);
}

void listener_limited(struct model *model, struct listening *listening, int64_t t_ns,
		      uint32_t limit)
{
	struct backlog_change change = {t_ns, REQUESTED_UNKNOWN, limit};

	if (limit == listening->pub.effective)
		return;
	if (listening->pub.effective && listening->pub.backlog_changes.len < EVENTS_MAX &&
	    vec_push(&listening->pub.backlog_changes, change))
		model_fail(model);
	listening->pub.effective = limit;
}

void listener_owned(struct model *model, struct listening *listening, struct process *process,
		    int32_t fd)
{
	struct owner owner = {process, fd};

	if (!process)
		return;
	vec_each (at, &listening->pub.owners)
		if (at->process == process) {
			at->fd = fd >= 0 ? fd : at->fd;
			return;
		}
	if (listening->pub.owners.len < OWNERS_MAX && vec_push(&listening->pub.owners, owner))
		model_fail(model);
	listener_tell(model, listening);
}

/* Of each two points the deeper one stays. */
static void samples_thin(struct listener *listener)
{
	struct queue_sample *items = listener->samples.items;
	size_t kept = 0;

	for (size_t i = 0; i < listener->samples.len; i += 2) {
		bool second = i + 1 < listener->samples.len && items[i + 1].depth > items[i].depth;

		items[kept++] = items[i + second];
	}
	listener->samples.len = kept;
}

void listener_depth(struct model *model, struct listening *listening, int64_t t_ns, uint32_t depth)
{
	struct listener *pub = &listening->pub;
	struct queue_sample sample = {t_ns, depth};

	if (!pub->samples.len || pub->samples.items[pub->samples.len - 1].t_ns <= t_ns)
		pub->depth = depth;
	if (depth > pub->depth_max)
		pub->depth_max = depth;
	if (queue_is_crowded(depth, pub->effective))
		listening->crowded_ns = t_ns;
	if (pub->samples.len >= SAMPLES_MAX)
		samples_thin(pub);
	if (vec_push(&pub->samples, sample))
		model_fail(model);
	else
		vec_settle(&pub->samples, t_ns);
}

void listener_arrival(struct model *model, struct listening *listening, int64_t t_ns,
		      uint32_t depth)
{
	listening->pub.arrivals++;
	listener_depth(model, listening, t_ns, depth);
	queue_step(model, listening, QUEUE_ARRIVED, t_ns, depth, TIME_UNKNOWN);
}

void listener_serves(struct listening *listening, struct conn *conn)
{
	if (conn->served)
		return;
	conn->served = true;
	listening->pub.open++;
}

void listener_served(struct model *model, struct conn *conn, int64_t t_ns)
{
	struct listening *listening = listening_of(conn->pub.listener);
	int64_t since_ns = conn->pub.accepted_ns;

	if (!conn->served || !listening)
		return;
	conn->served = false;
	listening->pub.open--;
	queue_step(model, listening, QUEUE_ENDED, t_ns, listening->pub.depth,
		   since_ns == TIME_UNKNOWN ? TIME_UNKNOWN : t_ns - since_ns);
}

void listener_accepted(struct model *model, struct listening *listening, int64_t t_ns,
		       uint32_t depth, int64_t wait_ns)
{
	struct listener *pub = &listening->pub;

	pub->accepted++;
	listener_depth(model, listening, t_ns, depth);
	queue_step(model, listening, QUEUE_ACCEPTED, t_ns, depth, wait_ns);
	if (wait_ns == TIME_UNKNOWN)
		return;
	listening->waits_seen++;
	if (pub->waits.len < WAITS_MAX) {
		if (vec_push(&pub->waits, wait_ns))
			model_fail(model);
	} else {
		/* each wait seen so far is in the sample with the same chance */
		uint64_t place = hash_bytes(NULL, 0, listening->waits_seen) % listening->waits_seen;

		if (place < WAITS_MAX)
			pub->waits.items[place] = wait_ns;
	}
}

void listener_event(struct model *model, struct listening *listening, struct event *event)
{
	event->side = SIDE_NONE;
	events_keep(model, &listening->pub.events, EVENTS_MAX, event);
	if (model->watch.event)
		model->watch.event(model->watch.context, event, listening->pub.socket,
				   &listening->pub, NULL);
}

static bool is_owned(const struct listener *listener, const struct process *process, int32_t fd)
{
	vec_each (owner, &listener->owners)
		if (owner->process == process && owner->fd == fd)
			return true;
	return false;
}

static void listener_waits(struct model *model, struct listener *listener,
			   const struct st_accept_waits *waits)
{
	struct event *waiting = &listener->waiting_accept;
	int64_t end_ns = wire_time(model, waits->h.ts_ns);
	int64_t since_ns = waits->enter_ns ? wire_time(model, waits->enter_ns) : INT64_MIN;

	if (waiting->count++ && (waiting->in_flight || since_ns >= waiting->t_ns))
		return;
	waiting->name = EVENT_ACCEPT;
	waiting->waits = true;
	waiting->in_flight = !waits->enter_ns;
	waiting->t_ns = waits->enter_ns ? since_ns : end_ns;
	waiting->duration_ns = waits->enter_ns ? end_ns - since_ns : TIME_UNKNOWN;
	waiting->pid = waits->pid;
	waiting->tid = waits->tid;
	waiting->fd = waits->fd;
}

void listener_apply_waits(struct model *model, const struct st_accept_waits *waits)
{
	const struct process *process = process_find(model, waits->pid);

	vec_each (at, &model->listeners)
		if (process && (*at)->closed_ns == TIME_UNKNOWN &&
		    is_owned(*at, process, waits->fd))
			listener_waits(model, *at, waits);
}

void listener_close(struct model *model, struct listening *listening, int64_t t_ns)
{
	if (listening->pub.closed_ns != TIME_UNKNOWN)
		return;
	listening->pub.closed_ns = t_ns;
	if (hashmap_get(&model->index->listeners, listening->address_key) == listening)
		hashmap_remove(&model->index->listeners, listening->address_key);
	model->index->listeners_closed++;
	listener_tell(model, listening);
}

static void listening_free(struct listening *listening)
{
	vec_release(&listening->pub.owners);
	vec_release(&listening->pub.backlog_changes);
	vec_release(&listening->pub.samples);
	vec_release(&listening->pub.steps);
	vec_release(&listening->pub.waits);
	vec_release(&listening->pub.drop_list);
	vec_release(&listening->pub.dropped_peers);
	vec_release(&listening->pub.unix_clients);
	vec_release(&listening->pub.readings);
	hashmap_release(&listening->peers);
	vec_release(&listening->pub.events);
	free(listening);
}

void listener_sweep(struct model *model)
{
	size_t kept = 0;

	if (model->index->listeners_closed < KEEP_ENDED)
		return;
	vec_each (at, &model->connections)
		if ((*at)->listener)
			listening_of((*at)->listener)->marked = true;
	vec_each (at, &model->listeners) {
		struct listening *listening = listening_of(*at);
		bool over = !listening->pub.socket && listening->pub.closed_ns != TIME_UNKNOWN;

		if (over && !listening->marked) {
			acceptors_forget(model, &listening->pub);
			listening_free(listening);
			continue;
		}
		listening->marked = false;
		model->listeners.items[kept++] = &listening->pub;
	}
	model->listeners.len = kept;
	model->index->listeners_closed = 0;
}

void listeners_release(struct model *model)
{
	vec_each (at, &model->listeners)
		listening_free(listening_of(*at));
	vec_release(&model->listeners);
	hashmap_release(&model->index->listeners);
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns what runs of sends and receives, sockets found there, and releases without a
 * call mean. Does not know calls.
 */
#include <netinet/tcp.h>

#include "model/connections.h"
#include "model/listeners.h"
#include "model/paths.h"
#include "model/processes.h"
#include "model/records.h"
#include "model/sockets.h"
#include "model/tcp.h"
#include "model/transfers.h"
#include "model/unix.h"
#include "model/wire.h"

/* Calls in one direction. */
struct stretch {
	enum st_direction direction;
	int64_t t_ns, duration_ns;
	uint64_t calls, bytes;
	uint32_t pid, tid;
	const struct address *peer; /* datagrams of unconnected sockets; else of no family */
};

static const struct address no_peer;

/* The counts are of all since the socket's first record. Smaller than before: a new socket's. */
static uint64_t count_rise(uint64_t *before, uint64_t now)
{
	uint64_t rise = now >= *before ? now - *before : now;

	*before = now;
	return rise;
}

static struct event stretch_event(const struct stretch *stretch)
{
	return (struct event){
		.name = stretch->direction == ST_SEND ? EVENT_SEND : EVENT_RECV,
		.t_ns = stretch->t_ns,
		.duration_ns = stretch->duration_ns,
		.count = stretch->calls,
		.bytes = stretch->bytes,
		.pid = stretch->pid,
		.tid = stretch->tid,
	};
}

/* The fd that the process, NULL: not known, was last seen to have it by. */
static int32_t fd_used(struct sock *sock, struct process *process)
{
	int32_t fd = process ? sock_fd(sock, process) : sock->pub.fd;

	if (process)
		sock_used(sock, process, fd);
	return fd;
}

static void event_add(struct model *model, struct sock *sock, struct conn *conn,
		      struct event *event)
{
	if (conn)
		conn_event(model, conn, conn_side(conn, sock), event);
	else
		sock_event(model, sock, event);
}

static void stretch_add(struct model *model, struct sock *sock, const struct stretch *stretch)
{
	struct process *process;
	struct event event;
	struct conn *conn;

	if (!stretch->calls && !stretch->bytes)
		return;
	process = process_find(model, stretch->pid);
	event = stretch_event(stretch);
	event.fd = fd_used(sock, process);
	conn = transfer_conn(model, sock, stretch->peer, stretch->direction, stretch->t_ns);
	if (conn) {
		conn_end_used(conn, conn_side(conn, sock), process, event.fd);
		transfer_add(conn_end(conn, conn_side(conn, sock)), stretch->direction,
			     event.bytes);
	}
	if (!transfers_are_told(model, process))
		event_add(model, sock, conn, &event);
}

void empty_apply(struct model *model, const struct st_empty *empty)
{
	struct sock *sock = sock_find(model, empty->id);
	struct process *process = process_find(model, empty->pid);
	struct event event = {
		.name = empty->direction == ST_SEND ? EVENT_SEND : EVENT_RECV,
		.t_ns = wire_time(model, empty->first_ns),
		.duration_ns = (int64_t)(empty->last_ns - empty->first_ns),
		.count = empty->calls,
		.pid = empty->pid,
		.tid = empty->tid,
		.ret = empty->ret < 0 ? -1 : 0,
		.err = wire_errno(empty->ret),
	};

	if (!sock || transfers_are_told(model, process))
		return;
	event.fd = fd_used(sock, process);
	event_add(model, sock, transfer_conn_of_nothing(sock), &event);
}

void data_apply(struct model *model, const struct st_data *data)
{
	struct sock *sock = sock_find(model, data->id);
	struct address peer =
		wire_address(data->peer_family, data->v4, data->peer, data->peer_port);
	struct stretch stretch = {
		.direction = data->direction,
		.t_ns = wire_time(model, data->first_ns),
		.duration_ns = (int64_t)(data->last_ns - data->first_ns),
		.pid = data->pid,
		.tid = data->tid,
		.peer = &peer,
	};

	if (!sock)
		return; /* its next run counts this one too */
	stretch.calls = count_rise(&sock->pub.calls[data->direction], data->calls);
	stretch.bytes = count_rise(&sock->pub.bytes[data->direction], data->bytes);
	if (sock_is_datagram(sock) && (stretch.calls || stretch.bytes))
		sock_autobound(model, sock, data->local_port);
	stretch_add(model, sock, &stretch);
}

static uint64_t take(uint64_t *left, uint64_t wanted)
{
	uint64_t taken = wanted < *left ? wanted : *left;

	*left -= taken;
	return taken;
}

/* Both directions' sums may have risen by more than the runs: the rest is told apart. */
struct rest {
	uint64_t calls[ST_DIRECTION_MAX], bytes[ST_DIRECTION_MAX];
};

static void run_add(struct model *model, struct sock *sock, const struct st_runs *runs, size_t i,
		    struct rest *rest)
{
	enum st_direction direction = i % ST_DIRECTION_MAX;
	const struct st_run *run = &runs->run[i];
	struct stretch stretch = {
		.direction = direction,
		.t_ns = wire_time(model, runs->first_ns + run->after_ns),
		.duration_ns = run->span_ns,
		.pid = runs->pid,
		.tid = runs->tid,
		.peer = &no_peer,
	};

	if (!run->calls)
		return;
	stretch.calls = take(&rest->calls[direction], run->calls);
	stretch.bytes = take(&rest->bytes[direction], run->bytes);
	stretch_add(model, sock, &stretch);
}

static void rest_add(struct model *model, struct sock *sock, const struct st_runs *runs,
		     enum st_direction direction, const struct rest *rest)
{
	struct stretch stretch = {
		.direction = direction,
		.t_ns = wire_time(model, runs->h.ts_ns),
		.calls = rest->calls[direction],
		.bytes = rest->bytes[direction],
		.pid = runs->pid,
		.tid = runs->tid,
		.peer = &no_peer,
	};

	stretch_add(model, sock, &stretch);
}

void runs_apply(struct model *model, const struct st_runs *runs)
{
	size_t n = (runs->h.size - ST_RUNS_SIZE(0)) / sizeof(struct st_run);
	struct sock *sock = sock_find(model, runs->id);
	struct rest rest;

	if (!sock)
		return; /* its next runs count these too */
	for (int direction = 0; direction < ST_DIRECTION_MAX; direction++) {
		rest.calls[direction] =
			count_rise(&sock->pub.calls[direction], runs->calls[direction]);
		rest.bytes[direction] =
			count_rise(&sock->pub.bytes[direction], runs->bytes[direction]);
	}
	for (size_t i = 0; i < n; i++)
		run_add(model, sock, runs, i, &rest);
	rest_add(model, sock, runs, ST_SEND, &rest);
	rest_add(model, sock, runs, ST_RECV, &rest);
}

/* Which end of the connection, from before the trace, came from it. */
static enum side side_served(const struct model *model, const struct listening *listening,
			     const struct connection *connection)
{
	const struct end *ends[SIDE_MAX] = {NULL, &connection->client, &connection->server};

	for (enum side side = SIDE_SERVER; side != SIDE_NONE; side--)
		if (ends[side]->seen && connection->type != TYPE_DGRAM &&
		    connection->protocol == listening->pub.protocol &&
		    listener_find(model, ends[side]->netns, &ends[side]->local) == listening)
			return side;
	return SIDE_NONE;
}

/* Those that were found before their listener: its fd is the higher one. */
static void seen_before(struct model *model, struct listening *listening)
{
	vec_each (at, &model->connections) {
		enum side side = (*at)->roles_inferred && !(*at)->listener
					 ? side_served(model, listening, *at)
					 : SIDE_NONE;

		if (side != SIDE_NONE)
			conn_served_by(model, conn_of(*at), listening, side);
	}
}

static void seen_listening(struct model *model, struct sock *sock, const struct st_seen *seen,
			   int64_t t_ns)
{
	struct listening *listening;

	if (sock->pub.connection)
		return;
	listening = listener_open(model, sock, TIME_UNKNOWN);
	if (!listening)
		return;
	listener_moved(model, listening); /* a drop told of it before it was seen */
	listening->pub.effective = seen->backlog;
	if (sock->pub.protocol == PROTOCOL_UNIX)
		listening->waiting = seen->depth;
	if (seen->depth || listening->pub.samples.len)
		listener_depth(model, listening, t_ns, seen->depth);
	listener_owned(model, listening, sock->pub.process, sock->pub.fd);
	seen_before(model, listening);
	if (model->watch.listener)
		model->watch.listener(model->watch.context, &listening->pub);
}

static void seen_connected(struct model *model, struct sock *sock, const struct st_seen *seen,
			   int64_t t_ns)
{
	struct sock *parent = sock_find(model, seen->listener);
	bool tcp = sock->pub.protocol == PROTOCOL_TCP;
	struct conn *conn = tcp ? tcp_known(model, sock, t_ns) : unix_known(model, sock, t_ns);

	if (!conn)
		return;
	if (tcp && !sock->has_base)
		tcp_baseline(sock, seen->written, seen->copied);
	conn_end_used(conn, conn_side(conn, sock), sock->pub.process, sock->pub.fd);
	if (seen->fd >= 0 && conn_side(conn, sock) == SIDE_SERVER && conn->pub.listener)
		listener_serves(listening_of(conn->pub.listener), conn);
	if (!seen->listener || seen->fd >= 0 || sock->accepted ||
	    conn_side(conn, sock) != SIDE_SERVER)
		return;
	/* it waits in the queue since before the trace */
	sock->child = true;
	conn->queued = true;
	if (parent)
		conn->pub.listener = parent->pub.listener;
}

void seen_apply(struct model *model, const struct st_seen *seen)
{
	int64_t t = wire_time(model, seen->h.ts_ns);
	bool is_new = !sock_find(model, seen->sock.id);
	struct sock *sock = sock_seen(model, &seen->sock);

	if (!sock)
		return;
	if (is_new)
		sock->pub.from_snapshot = true;
	sock->state = seen->sock.state;
	sock_used(sock, process_seen(model, seen->pid, seen->comm, t), seen->fd);
	if (sock->pub.protocol == PROTOCOL_UNIX && seen->path_len)
		sock->pub.local =
			wire_path(path_keep(model, seen->path, seen->path_len), seen->path_len);
	if (sock->state == TCP_LISTEN)
		seen_listening(model, sock, seen, t);
	else if (!sock_is_datagram(sock) && sock->pub.protocol != PROTOCOL_OTHER &&
		 sock->state != TCP_CLOSE && sock->state != 0)
		seen_connected(model, sock, seen, t);
}

void release_apply(struct model *model, const struct st_release *release)
{
	struct sock *sock = sock_find(model, release->id);
	int64_t t = wire_time(model, release->h.ts_ns);

	if (!sock || sock->released)
		return; /* its close() was seen */
	if (!release->pid && sock->left_pid) {
		sock_release_unseen(model, sock, sock->left_ns, sock->left_pid, 0);
		return;
	}
	if (!release->pid && sock->pub.connection)
		conn_of(sock->pub.connection)->found_over = true;
	if (release->pid)
		process_seen(model, release->pid,
			     release->pid == release->tid ? release->comm : NULL, t);
	sock_release_unseen(model, sock, t, release->pid, release->tid);
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the end of sockets: the last close by whatever way, the wait for records
 * that trail, and who may then be forgotten.
 */
#include <assert.h>
#include <netinet/tcp.h>
#include <string.h>

#include "model/connections.h"
#include "model/flows.h"
#include "model/listeners.h"
#include "model/processes.h"
#include "model/sockets.h"
#include "model/unix_clients.h"

#define TRAIL_RECORDS 64
#define TRAIL_NS 50000000

void sock_dropped(struct sock *sock, const struct process *process)
{
	struct conn *conn = conn_of(sock->pub.connection);

	if (!process)
		return;
	/* whoever uses it next is who it was handed to */
	if (conn && conn_side(conn, sock) != SIDE_NONE &&
	    conn_end(conn, conn_side(conn, sock))->process == process)
		conn->handed_on[conn_side(conn, sock)] = true;
	if (sock->holders[1].process == process)
		sock->holders[1].process = NULL;
	if (sock->holders[0].process == process) {
		sock->holders[0] = sock->holders[1];
		sock->holders[1].process = NULL;
	}
}

static void sock_unqueue_children(struct model *model, const struct listener *listener)
{
	vec_each (at, &model->connections) {
		struct sock *child = sock_of((*at)->server.socket);

		if ((*at)->listener == listener && child)
			sock_check(model, child);
	}
}

void sock_release(struct model *model, struct sock *sock, int64_t t_ns)
{
	struct listener *listener = sock->pub.listener;

	sock->released = true;
	sock->pub.open = false;
	sock->holders[0].process = sock->holders[1].process = NULL;
	if (listener) {
		listener_close(model, listening_of(listener), t_ns);
		conns_unqueue(model, listener, t_ns);
		sock_unqueue_children(model, listener);
	} else if (sock->flows) {
		flows_over(sock, t_ns);
	} else if (sock->pub.connection) {
		struct conn *conn = conn_of(sock->pub.connection);
		enum side side = conn_side(conn, sock);

		if (sock->pub.protocol == PROTOCOL_UNIX)
			conn_fin(conn, side, t_ns);
		if (side == SIDE_SERVER)
			listener_served(model, conn, t_ns);
		conn_end_closed(conn, side, t_ns);
		if (sock->pub.protocol != PROTOCOL_TCP || sock->state == TCP_CLOSE)
			conn_end_over(conn, side, t_ns);
	}
	sock_check(model, sock);
}

void sock_release_unseen(struct model *model, struct sock *sock, int64_t t_ns, uint32_t pid,
			 uint32_t tid)
{
	struct event event = {
		.t_ns = t_ns,
		.name = EVENT_CLOSE,
		.last = true,
		.pid = pid,
		.tid = tid,
		.fd = -1,
	};

	if (!sock->pub.process)
		sock->pub.process = process_find(model, pid);
	sock_event(model, sock, &event);
	sock_release(model, sock, t_ns);
}

/* Everybody known to have had it is over: how a release shows where none are reported. */
static bool sock_abandoned(const struct sock *sock)
{
	const struct process *last = sock->holders[0].process;
	const struct process *before = sock->holders[1].process;

	return last && last->end_ns != TIME_UNKNOWN && (!before || before->end_ns != TIME_UNKNOWN);
}

static bool sock_finished(const struct sock *sock)
{
	const struct connection *connection = sock->pub.connection;

	if (sock->pub.protocol != PROTOCOL_TCP)
		return sock->released;
	if (sock->state != TCP_CLOSE)
		return false;
	if (sock->released || sock_abandoned(sock))
		return true;
	/* nobody has an fd of a child in the queue; accept() may still return it */
	return sock->child && !sock->accepted &&
	       (!connection || !connection->listener ||
		connection->listener->closed_ns != TIME_UNKNOWN);
}

void sock_check(struct model *model, struct sock *sock)
{
	struct model_index *index = model->index;

	if (sock->departing || !sock_finished(sock))
		return;
	sock->departing = true;
	sock->due_record = index->records + TRAIL_RECORDS;
	sock->due_ns = index->now_ns + TRAIL_NS;
	if (index->departing)
		index->departing_last->next = sock;
	else
		index->departing = sock;
	index->departing_last = sock;
}

static void sock_free(struct sock *sock)
{
	vec_release(&sock->pub.events);
	free(sock);
}

static void sock_depart(struct model *model, struct sock *sock)
{
	struct conn *conn = conn_of(sock->pub.connection);

	if (sock_find(model, sock->pub.key) == sock)
		hashmap_remove(&model->index->sockets, sock->pub.key);
	unix_client_gone(model, sock->pub.key);
	sock->released = true;
	sock->pub.open = false;
	sock->holders[0].process = sock->holders[1].process = NULL;
	sock->pub.connection = NULL;
	if (sock_is_datagram(sock))
		flows_release(model, sock, conn);
	else if (conn)
		conn_leave(model, conn, sock);
	if (sock->pub.listener)
		sock->pub.listener->socket = NULL;
	if (model_socket_shown(&sock->pub) &&
	    (!model->watch.retire_socket ||
	     model->watch.retire_socket(model->watch.context, &sock->pub)))
		return;
	list_remove(&model->sockets, &sock->pub);
	sock_free(sock);
}

static void sock_vanish(struct model *model, struct sock *sock)
{
	hashmap_remove(&model->index->sockets, sock->pub.key);
	list_remove(&model->sockets, &sock->pub);
	sock_free(sock);
}

static void sock_inherit(struct model *model, struct sock *sock, struct event *event)
{
	struct conn *conn = conn_of(sock->pub.connection);

	if (conn)
		event->side = conn_side(conn, sock);
	events_keep(model,
		    conn                 ? &conn->pub.events
		    : sock->pub.listener ? &sock->pub.listener->events
					 : &sock->pub.events,
		    EVENTS_MAX, event);
}

void sock_absorb(struct model *model, struct sock *sock, uint64_t former_key)
{
	struct sock *former = sock_find(model, former_key);

	if (!former || former == sock || former->joined || former->departing)
		return;
	vec_each (event, &former->pub.events)
		sock_inherit(model, sock, event);
	sock_vanish(model, former);
}

void sock_unwanted(struct model *model, uint64_t key)
{
	struct sock *sock = sock_find(model, key);

	if (sock && !sock->joined && !sock->departing && !sock->flows && !sock->pub.connection)
		sock_vanish(model, sock);
}

void sockets_depart_due(struct model *model)
{
	struct model_index *index = model->index;

	while (index->departing) {
		struct sock *sock = index->departing;

		if (index->records < sock->due_record && index->now_ns < sock->due_ns)
			return;
		index->departing = sock->next;
		sock_depart(model, sock);
	}
}

/* A live process that began as a copy of this one while the socket was there has it too. */
static struct process *find_heir(const struct model *model, const struct process *process,
				 const struct sock *sock)
{
	vec_each (at, &model->processes)
		if ((*at)->ppid == process->pid && *at != process &&
		    (*at)->end_ns == TIME_UNKNOWN && (*at)->start_ns >= sock->born_ns)
			return *at;
	return NULL;
}

/* Of a UNIX socket nobody tells at once whether somebody else has it still. Where it is found to be
 * gone, it went with the last who is known to have had it. */
void sockets_process_exit(struct model *model, struct process *process, int64_t t_ns)
{
	struct sock *sock;
	int32_t fd;

	for (size_t i = 0; (sock = hashmap_next(&model->index->sockets, &i));) {
		if (sock->pub.protocol != PROTOCOL_UNIX || sock->released ||
		    (sock->holders[0].process != process && sock->holders[1].process != process))
			continue;
		fd = sock_fd(sock, process);
		sock_dropped(sock, process);
		if (!sock->holders[0].process)
			sock->holders[0] = (struct holder){find_heir(model, process, sock), fd};
		if (sock->holders[0].process)
			continue;
		sock->left_pid = process->pid;
		sock->left_ns = t_ns;
	}
}

void sockets_release(struct model *model)
{
	vec_each (at, &model->sockets)
		sock_free(sock_of(*at));
	vec_release(&model->sockets);
	hashmap_release(&model->index->sockets);
}

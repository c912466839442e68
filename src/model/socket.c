/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the sockets: who they are through reuse of keys, what they were last said to
 * be, and where an event of theirs belongs. Does not know the protocols' rules.
 */
#include "model/socket.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>

#include "model/connections.h"
#include "model/flows.h"
#include "model/listeners.h"
#include "model/sockets.h"
#include "model/wire.h"

bool sock_is_datagram(const struct sock *sock)
{
	return sock->pub.protocol == PROTOCOL_UDP || sock->pub.type == TYPE_DGRAM;
}

bool model_socket_shown(const struct socket *socket)
{
	const struct sock *sock = (const struct sock *)socket;

	return !sock->joined || sock->serves;
}

struct sock *sock_find(const struct model *model, uint64_t key)
{
	return hashmap_get(&model->index->sockets, key);
}

static struct sock *sock_create(struct model *model, const struct st_sock *wire)
{
	struct sock *sock = calloc(1, sizeof(*sock));

	if (!sock || vec_push(&model->sockets, &sock->pub)) {
		free(sock);
		model_fail(model);
		return NULL;
	}
	sock->pub.id = model->index->next_socket++;
	sock->pub.key = wire->id;
	sock->pub.protocol = wire_protocol(wire);
	sock->pub.type = wire_sock_type(wire);
	sock->pub.family = wire_family(wire->family);
	sock->pub.mptcp = wire->flags & ST_SOCK_MPTCP;
	sock->pub.peer_only = wire->flags & ST_SOCK_PEER;
	sock->pub.netns = wire->netns;
	sock->pub.open = true;
	sock->pub.fd = -1;
	sock->born_ns = TIME_UNKNOWN;
	sock->state = wire->state;
	return sock;
}

static struct sock *sock_create_known(struct model *model, const struct st_sock *wire)
{
	struct sock *sock = sock_create(model, wire);

	if (sock && hashmap_set(&model->index->sockets, sock->pub.key, sock)) {
		model->sockets.len--;
		free(sock);
		model_fail(model);
		return NULL;
	}
	return sock;
}

static bool sock_moved(const struct sock *sock, const struct st_sock *wire)
{
	return sock->wire.local_port != wire->local_port ||
	       sock->wire.peer_port != wire->peer_port || sock->wire.v4 != wire->v4 ||
	       memcmp(sock->wire.local, wire->local, 16) || memcmp(sock->wire.peer, wire->peer, 16);
}

/* What is not known any more (a closed socket has no peer) stays as it was. */
static void sock_update(struct model *model, struct sock *sock, const struct st_sock *wire)
{
	struct address local, peer;

	sock->pub.peer_only &= wire->flags & ST_SOCK_PEER;
	if (wire->peer_id)
		sock->peer_key = wire->peer_id;
	if (sock->pub.protocol == PROTOCOL_UNIX || !sock_moved(sock, wire))
		return;
	sock->wire.local_port = wire->local_port;
	sock->wire.peer_port = wire->peer_port;
	sock->wire.v4 = wire->v4;
	memcpy(sock->wire.local, wire->local, 16);
	memcpy(sock->wire.peer, wire->peer, 16);
	local = wire_address(wire->family, wire->v4, wire->local, wire->local_port);
	peer = wire_address(wire->family, wire->v4, wire->peer, wire->peer_port);
	if (local.family != FAMILY_NONE && (local.port || !sock->pub.local.port))
		sock->pub.local = local;
	/* a listener's record may name the peer it deals with just now */
	if (peer.family != FAMILY_NONE && peer.port && !sock->pub.listener)
		sock->pub.peer = peer;
	if (sock_is_datagram(sock))
		flows_update(model, sock);
	else if (sock->pub.connection)
		conn_update(model, conn_of(sock->pub.connection), sock);
}

void sock_autobound(struct model *model, struct sock *sock, uint16_t port)
{
	if (!port || sock->pub.local.port || sock->pub.protocol == PROTOCOL_UNIX)
		return;
	sock->pub.local = (struct address){.family = sock->pub.family, .port = port};
	flows_update(model, sock);
}

struct sock *sock_seen(struct model *model, const struct st_sock *wire)
{
	struct sock *sock = sock_find(model, wire->id);

	if (!wire->id)
		return NULL;
	if (!sock)
		sock = sock_create_known(model, wire);
	if (sock)
		sock_update(model, sock, wire);
	return sock;
}

struct sock *sock_born(struct model *model, const struct st_sock *wire, int64_t t_ns)
{
	struct sock *old = sock_find(model, wire->id);

	if (!wire->id)
		return NULL;
	if (old && (old->released || wire->id & ST_ID_POINTER)) {
		hashmap_remove(&model->index->sockets, wire->id);
		old->state = TCP_CLOSE;
		if (!old->released)
			sock_release(model, old, t_ns);
		sock_check(model, old);
		old = NULL;
	}
	if (!old)
		old = sock_create_known(model, wire);
	if (!old)
		return NULL;
	old->born_ns = t_ns;
	sock_update(model, old, wire);
	return old;
}

struct sock *sock_failed(struct model *model, const struct st_sock *wire)
{
	struct sock *sock = sock_create(model, wire);

	if (!sock)
		return NULL;
	sock->pub.key = 0;
	sock->state = TCP_CLOSE;
	sock->released = true;
	sock->pub.open = false;
	sock_check(model, sock);
	return sock;
}

int32_t sock_fd(const struct sock *sock, const struct process *process)
{
	for (size_t i = 0; i < 2; i++)
		if (sock->holders[i].process == process)
			return sock->holders[i].fd;
	if (sock->pub.process == process) /* which is over, and what it did is told late */
		return sock->pub.fd;
	/* a forked child has its parent's numbers, though the parent may have closed its copy;
	 * what was made after its birth was passed to it */
	if (sock->born_ns != TIME_UNKNOWN && process->start_ns != TIME_UNKNOWN &&
	    process->start_ns < sock->born_ns)
		return -1;
	for (size_t i = 0; i < 2; i++)
		if (sock->holders[i].process && sock->holders[i].process->pid == process->ppid)
			return sock->holders[i].fd;
	return sock->pub.process && sock->pub.process->pid == process->ppid ? sock->pub.fd : -1;
}

/* What a process did may be told after its exit. Where nobody else has the socket, it went then. */
static void sock_left(struct sock *sock, const struct process *process)
{
	if (sock->holders[0].process || (sock->left_pid && sock->left_ns > process->end_ns))
		return;
	sock->left_pid = process->pid;
	sock->left_ns = process->end_ns;
}

void sock_used(struct sock *sock, struct process *process, int32_t fd)
{
	if (!process)
		return;
	if (fd < 0)
		fd = sock_fd(sock, process);
	sock->pub.process = process;
	sock->pub.fd = fd;
	if (process->end_ns != TIME_UNKNOWN) {
		sock_left(sock, process);
		return;
	}
	if (process != sock->holders[0].process) {
		sock->holders[1] = sock->holders[0];
		sock->holders[0].process = process;
	}
	sock->holders[0].fd = fd;
	sock->left_pid = 0;
}

void events_keep(struct model *model, struct events *events, size_t max, const struct event *event)
{
	if (events->len >= max && !event->last)
		return;
	if (vec_push(events, *event))
		model_fail(model);
}

void sock_event(struct model *model, struct sock *sock, struct event *event)
{
	struct conn *conn = conn_of(sock->pub.connection);

	if (sock->pub.listener) {
		listener_event(model, listening_of(sock->pub.listener), event);
	} else if (conn && !sock->serves) {
		conn_event(model, conn, conn_side(conn, sock), event);
	} else {
		events_keep(model, &sock->pub.events, EVENTS_MAX, event);
		if (model->watch.event)
			model->watch.event(model->watch.context, event, &sock->pub, NULL, NULL);
	}
}

bool sock_exact(const struct model *model, const struct sock *sock)
{
	uint32_t written = sock->written - sock->written_base;
	uint32_t copied = sock->copied - sock->copied_base;
	uint32_t sent = sock->pub.bytes[ST_SEND] - sock->bytes_base[ST_SEND];
	uint32_t received = sock->pub.bytes[ST_RECV] - sock->bytes_base[ST_RECV];

	if (!strcmp(model->capture.data_mode, "off"))
		return false;
	if (!sock->has_base || sock->pub.mptcp)
		return !model->capture.lost[ST_LOSS_DATA] && !model->index->sums_by_calls;
	/* A FIN takes a sequence number too, once it is sent, or read as the end. What had come by
	 * the step to CLOSE, at which the kernel's number was read, may be received after it. */
	return written - sent <= 1 && (int32_t)(copied - received) <= 1;
}

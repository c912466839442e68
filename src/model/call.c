/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns what the socket calls of programs mean: whose event each one is, and what it
 * changes. Does not know the kernel's own events.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "model/acceptors.h"
#include "model/connections.h"
#include "model/flows.h"
#include "model/listeners.h"
#include "model/processes.h"
#include "model/records.h"
#include "model/sockets.h"
#include "model/tcp.h"
#include "model/unix.h"
#include "model/unix_clients.h"
#include "model/wire.h"

/* One call on its way into the model. */
struct call {
	const struct st_call *wire;
	const char *path;
	size_t path_len;
	struct process *process;
	int64_t t_ns; /* when it returned */
	struct event event;
};

static const enum event_name event_names[ST_CALL_MAX] = {
	[ST_CALL_SOCKET] = EVENT_SOCKET,     [ST_CALL_SOCKETPAIR] = EVENT_SOCKETPAIR,
	[ST_CALL_BIND] = EVENT_BIND,         [ST_CALL_LISTEN] = EVENT_LISTEN,
	[ST_CALL_ACCEPT] = EVENT_ACCEPT,     [ST_CALL_CONNECT] = EVENT_CONNECT,
	[ST_CALL_SHUTDOWN] = EVENT_SHUTDOWN, [ST_CALL_CLOSE] = EVENT_CLOSE,
};

static struct event call_event(const struct model *model, const struct st_call *wire)
{
	bool in_flight = wire->flags & ST_CALL_IN_FLIGHT || !wire->enter_ns;

	return (struct event){
		.name = event_names[wire->call],
		.t_ns = wire_time(model, in_flight ? wire->h.ts_ns : wire->enter_ns),
		.duration_ns = in_flight ? TIME_UNKNOWN : (int64_t)(wire->h.ts_ns - wire->enter_ns),
		.in_flight = in_flight,
		.pid = wire->pid,
		.tid = wire->tid,
		.fd = wire->fd,
		.ret = wire->ret < 0 ? -1 : wire->ret,
		.err = wire_errno(wire->ret),
	};
}

static void call_socket(struct model *model, struct call *call)
{
	const struct st_call *wire = call->wire;
	struct sock *sock = wire->ret < 0 ? sock_failed(model, &wire->sock)
					  : sock_born(model, &wire->sock, call->t_ns);

	if (!sock)
		return;
	call->event.arg.socket.domain = wire->arg[0];
	call->event.arg.socket.type = wire->arg[1];
	call->event.arg.socket.protocol = wire->arg[2];
	if (wire->ret >= 0)
		call->event.fd = wire->ret;
	sock->pub.last_err = call->event.err;
	sock_used(sock, call->process, call->event.fd);
	sock_event(model, sock, &call->event);
}

static bool sock_is_unused(const struct sock *sock)
{
	return !sock->pub.connection && !sock->pub.listener && !sock->flows;
}

static void call_socketpair(struct model *model, struct call *call)
{
	const struct st_call *wire = call->wire;
	struct st_sock second = wire->sock;
	struct sock *socks[2];
	struct conn *conn;

	call->event.arg.socket.fd2 = wire->fd2;
	if (wire->ret < 0 || !wire->sock.id || !wire->listener || wire->listener == wire->sock.id) {
		call_socket(model, call);
		return;
	}
	call->event.arg.socket.domain = wire->arg[0];
	call->event.arg.socket.type = wire->arg[1];
	call->event.arg.socket.protocol = wire->arg[2];
	second.id = wire->listener;
	second.peer_id = wire->sock.id;
	socks[0] = sock_born(model, &wire->sock, call->t_ns);
	socks[1] = sock_born(model, &second, call->t_ns);
	if (!socks[0] || !socks[1] || !sock_is_unused(socks[0]) || !sock_is_unused(socks[1]))
		return;
	socks[0]->peer_key = second.id;
	sock_used(socks[0], call->process, wire->fd);
	sock_used(socks[1], call->process, wire->fd2);
	conn = unix_paired(model, socks[0], socks[1], call->t_ns);
	if (!conn)
		return;
	conn_event(model, conn, SIDE_CLIENT, &call->event);
	/* it is both ends' first event, but one call: told once */
	call->event.side = SIDE_SERVER;
	events_keep(model, &conn->pub.events, EVENTS_MAX, &call->event);
}

static void call_bind(struct model *model, struct call *call, struct sock *sock)
{
	struct address name = wire_name(&call->wire->name, call->path, call->path_len);

	call->event.arg.name.address = name;
	if (!call->event.err && name.family == FAMILY_UNIX && name.path_len)
		sock->pub.local = name;
	sock_event(model, sock, &call->event);
}

static void call_listen(struct model *model, struct call *call, struct sock *sock)
{
	const struct st_call *wire = call->wire;
	struct listening *listening;

	call->event.arg.listen.requested = wire->arg[0];
	call->event.arg.listen.effective = wire->backlog;
	if (!call->event.err) {
		if (call->path_len)
			sock->pub.local = wire_path(call->path, call->path_len);
		listening = listener_open(model, sock, call->t_ns);
		if (!listening)
			return;
		if (sock->pub.protocol == PROTOCOL_TCP)
			sock->state = TCP_LISTEN;
		listener_moved(model, listening); /* listen() itself may have chosen a port */
		listener_configure(model, listening, call->t_ns, wire->arg[0], wire->backlog);
	}
	sock_event(model, sock, &call->event);
}

/* The listener an accept() was about, though nobody told of it. */
static struct listening *accept_listener(struct model *model, const struct call *call)
{
	struct st_sock wire = call->wire->sock;
	struct address name =
		call->path_len ? wire_path(call->path, call->path_len)
			       : wire_address(wire.family, wire.v4, wire.local, wire.local_port);
	struct sock *sock = sock_find(model, call->wire->listener);
	struct listening *listening;

	if (sock && sock->pub.listener)
		return listening_of(sock->pub.listener);
	listening = listener_find(model, wire.netns, &name);
	if (listening || !call->wire->listener || call->wire->listener == wire.id ||
	    (call->event.err && wire.state != TCP_LISTEN))
		return listening;
	wire.id = call->wire->listener;
	wire.peer_id = 0;
	wire.state = TCP_LISTEN;
	wire.peer_port = 0;
	sock = sock_seen(model, &wire);
	if (!sock || sock->pub.connection || sock_is_datagram(sock))
		return NULL;
	if (name.family == FAMILY_UNIX)
		sock->pub.local = name;
	sock->state = TCP_LISTEN;
	sock->pub.from_snapshot = true;
	sock_used(sock, call->process, call->wire->fd);
	return listener_open(model, sock, TIME_UNKNOWN);
}

static void accept_failed(struct model *model, struct call *call, struct listening *listening)
{
	struct sock *sock = sock_find(model, call->wire->listener);

	if (listening)
		listener_event(model, listening, &call->event);
	else if (sock)
		sock_event(model, sock, &call->event);
}

static struct conn *accept_conn(struct model *model, const struct call *call,
				struct listening *listening, struct sock *child)
{
	struct address unnamed = {.family = FAMILY_UNIX};

	if (child->pub.protocol != PROTOCOL_UNIX)
		return tcp_accepted(model, child, call->t_ns);
	if (call->path_len)
		unnamed = wire_path(call->path, call->path_len);
	return unix_accepted(model, listening, child,
			     listening ? &listening->pub.address : &unnamed, call->t_ns);
}

static void accept_waited(struct model *model, const struct call *call, struct listening *listening,
			  struct conn *conn)
{
	struct connection *pub = &conn->pub;

	pub->accepted_ns = call->t_ns;
	if (conn->queued_ns != TIME_UNKNOWN)
		pub->accept_wait_ns =
			call->t_ns > conn->queued_ns ? call->t_ns - conn->queued_ns : 0;
	conn_settle(conn);
	if (!listening)
		return;
	pub->listener = &listening->pub;
	if (!listening->pub.effective)
		listening->pub.effective = call->wire->backlog;
	listener_serves(listening, conn);
	listener_accepted(model, listening, call->t_ns, call->wire->depth, pub->accept_wait_ns);
	listener_owned(model, listening, call->process, call->wire->fd);
}

static void call_accept(struct model *model, struct call *call)
{
	const struct st_call *wire = call->wire;
	struct listening *listening = accept_listener(model, call);
	struct sock *child;
	struct conn *conn;

	call->event.arg.accept.flags = wire->arg[0];
	call->event.arg.accept.depth = wire->depth;
	call->event.arg.accept.limit = wire->backlog;
	call->event.arg.accept.queue_known = wire->listener;
	if (listening)
		acceptor_returned(model, listening, call->process, wire);
	if (call->event.err || !wire->sock.id) {
		accept_failed(model, call, listening);
		return;
	}
	child = sock_find(model, wire->sock.id);
	child = child && !child->released ? sock_seen(model, &wire->sock)
					  : sock_born(model, &wire->sock, call->t_ns);
	if (!child || child->pub.listener || sock_is_datagram(child))
		return;
	child->child = child->accepted = true;
	sock_used(child, call->process, wire->ret);
	conn = accept_conn(model, call, listening, child);
	if (!conn)
		return;
	conn_end_used(conn, conn_side(conn, child), call->process, wire->ret);
	accept_waited(model, call, listening, conn);
	conn_event(model, conn, conn_side(conn, child), &call->event);
}

/* Not yet, or already: the connection is none the worse. */
static bool connect_goes_on(int err)
{
	return err == EINPROGRESS || err == EALREADY || err == EINTR || err == EISCONN;
}

static void connect_failed(struct model *model, struct call *call, struct sock *sock)
{
	struct conn *conn = conn_of(sock->pub.connection);
	struct address *name = &call->event.arg.name.address;

	if (conn && conn->pub.established_ns == TIME_UNKNOWN) {
		conn_failed(conn, call->event.err, call->t_ns);
		conn->failure_told = true;
	} else if (!conn) {
		conn = conn_create(model, sock, call->event.t_ns);
		if (!conn)
			return;
		conn->pub.seen_from_start = true;
		conn_attach(model, conn, SIDE_CLIENT, sock);
		conn->pub.client.peer = conn->pub.server_address = *name;
		conn_failed(conn, call->event.err, call->t_ns);
		conn->failure_told = true;
	}
}

/* connect() on a non-blocking socket whose attempt has failed tells of that first, without
 * another attempt: by its error, or ECONNABORTED where SO_ERROR was asked for before. */
static bool connect_tells_failure(const struct conn *conn, int err)
{
	return conn->pub.protocol == PROTOCOL_TCP && !conn->failure_told &&
	       (err == ECONNABORTED || err == conn->pub.err);
}

static void connect_stream(struct model *model, struct call *call, struct sock *sock)
{
	int err = call->event.err;
	struct address *name = &call->event.arg.name.address;
	struct conn *conn = conn_of(sock->pub.connection);

	/* a try after one that failed before it left the socket */
	if (conn && conn->connect_failed && conn->last_ns < call->event.t_ns &&
	    !connect_tells_failure(conn, err))
		conn_detach(model, sock);
	if (sock->pub.protocol == PROTOCOL_UNIX)
		unix_client_returned(model, call->wire);
	if (sock->pub.protocol == PROTOCOL_UNIX && err == EAGAIN)
		return; /* its listener is full, and tells of it */
	if (err && !connect_goes_on(err)) {
		connect_failed(model, call, sock);
	} else if (!err && sock->pub.protocol == PROTOCOL_UNIX) {
		unix_connected(model, sock, name, call->wire, call->event.t_ns);
	} else if (!err) {
		tcp_known(model, sock, call->t_ns);
	}
}

static void connect_datagram(struct model *model, struct call *call, struct sock *sock)
{
	const struct address *name = &call->event.arg.name.address;
	bool socketpair = sock->pub.connection && !sock->flows;

	sock->pub.peer = *name; /* FAMILY_NONE: AF_UNSPEC, it has none any more */
	if (name->family == FAMILY_UNIX && !socketpair)
		flow_connected(model, sock, name, call->event.t_ns);
}

static void call_connect(struct model *model, struct call *call, struct sock *sock)
{
	struct address *name = &call->event.arg.name.address;

	*name = wire_name(&call->wire->name, call->path, call->path_len);
	if (!sock_is_datagram(sock) && !sock->pub.listener)
		connect_stream(model, call, sock);
	else if (!call->event.err && sock_is_datagram(sock))
		connect_datagram(model, call, sock);
	sock_event(model, sock, &call->event);
}

/* TCP tells of its FINs by itself, but for the one after the other side's. */
static void sending_ends(struct sock *sock, int64_t t_ns)
{
	struct conn *conn = conn_of(sock->pub.connection);

	if (conn && (sock->pub.protocol == PROTOCOL_UNIX || sock->state == TCP_CLOSE_WAIT))
		conn_fin(conn, conn_side(conn, sock), t_ns);
}

static void call_shutdown(struct model *model, struct call *call, struct sock *sock)
{
	call->event.arg.how = call->wire->arg[0];
	if (!call->event.err && call->event.arg.how != SHUT_RD)
		sending_ends(sock, call->event.t_ns);
	sock_event(model, sock, &call->event);
}

static void call_close(struct model *model, struct call *call, struct sock *sock)
{
	call->event.last = call->wire->flags & ST_CALL_LAST;
	if (call->event.last)
		sending_ends(sock, call->event.t_ns); /* whichever close() returns first */
	sock_event(model, sock, &call->event);
	if (call->event.last)
		sock_release(model, sock, call->t_ns);
	else
		sock_dropped(sock, call->process);
}

/* There is no socket behind its fd: it is told as it happens, and belongs to nothing. */
static void call_alone(struct model *model, struct call *call)
{
	const struct st_call *wire = call->wire;
	struct sock none = {.pub = {.protocol = PROTOCOL_OTHER, .process = call->process}};

	if (wire->call == ST_CALL_BIND || wire->call == ST_CALL_CONNECT)
		call->event.arg.name.address = wire_name(&wire->name, NULL, 0);
	else if (wire->call == ST_CALL_LISTEN)
		call->event.arg.listen.requested = wire->arg[0];
	else if (wire->call == ST_CALL_SHUTDOWN)
		call->event.arg.how = wire->arg[0];
	else if (wire->call == ST_CALL_ACCEPT)
		call->event.arg.accept.flags = wire->arg[0];
	if (model->watch.event)
		model->watch.event(model->watch.context, &call->event, &none.pub, NULL, NULL);
}

static void call_on_sock(struct model *model, struct call *call)
{
	struct sock *sock = sock_seen(model, &call->wire->sock);

	if (!sock)
		return;
	sock_used(sock, call->process, call->wire->fd);
	if (call->wire->call != ST_CALL_CLOSE)
		sock->pub.last_err = call->event.err;
	if (sock->pub.connection)
		conn_end_used(conn_of(sock->pub.connection),
			      conn_side(conn_of(sock->pub.connection), sock), call->process,
			      call->wire->fd);
	if (call->wire->call == ST_CALL_LISTEN || call->wire->call == ST_CALL_CONNECT)
		sock_absorb(model, sock, call->wire->listener);
	switch (call->wire->call) {
	case ST_CALL_BIND:
		call_bind(model, call, sock);
		break;
	case ST_CALL_LISTEN:
		call_listen(model, call, sock);
		break;
	case ST_CALL_CONNECT:
		call_connect(model, call, sock);
		break;
	case ST_CALL_SHUTDOWN:
		call_shutdown(model, call, sock);
		break;
	case ST_CALL_CLOSE:
		call_close(model, call, sock);
		break;
	}
}

void call_apply(struct model *model, const struct st_call *wire, const char *path, size_t path_len)
{
	struct call call = {
		.wire = wire,
		.path = path,
		.path_len = path_len,
		.t_ns = wire_time(model, wire->h.ts_ns),
		.event = call_event(model, wire),
	};

	call.process = process_seen(model, wire->pid, wire->pid == wire->tid ? wire->comm : NULL,
				    call.t_ns);
	/* a thread's name stands for its process until that shows its own */
	if (call.process && !call.process->names.len)
		call.process = process_seen(model, wire->pid, wire->comm, call.t_ns);
	if ((wire->ret == -EBADF || wire->ret == -ENOTSOCK) && !wire->sock.id) {
		call_alone(model, &call);
		return;
	}
	switch (wire->call) {
	case ST_CALL_SOCKET:
		call_socket(model, &call);
		break;
	case ST_CALL_SOCKETPAIR:
		call_socketpair(model, &call);
		break;
	case ST_CALL_ACCEPT:
		call_accept(model, &call);
		break;
	default:
		call_on_sock(model, &call);
	}
}

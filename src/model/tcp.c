/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns what TCP states, retransmits and resets mean for a connection. Does not know
 * the calls of programs.
 */
#include "model/tcp.h"

#include <errno.h>
#include <netinet/tcp.h>

#include "model/attempts.h"
#include "model/connections.h"
#include "model/listeners.h"
#include "model/pairs.h"
#include "model/sockets.h"
#include "model/wire.h"

static struct event kernel_event(enum event_name name, int64_t t_ns)
{
	return (struct event){.name = name, .t_ns = t_ns, .fd = -1};
}

void tcp_baseline(struct sock *sock, uint32_t written, uint32_t copied)
{
	if (!written && !copied)
		return;
	sock->has_base = true;
	sock->written = sock->written_base = written;
	sock->copied = sock->copied_base = copied;
	sock->bytes_base[ST_SEND] = sock->pub.bytes[ST_SEND];
	sock->bytes_base[ST_RECV] = sock->pub.bytes[ST_RECV];
}

#define SLACK_NS 1000000 /* between the clocks of what a client and its server tell */

static struct conn *attempt_of_child(const struct model *model, const struct sock *child,
				     int64_t t_ns)
{
	struct conn *conn =
		attempt_find(model, child->pub.netns, &child->pub.local, &child->pub.peer, t_ns);

	return conn && conn->pub.listener->netns == child->pub.netns ? conn : NULL;
}

/* The SYN that a client sent at that moment was turned away, which was told before the SYN. */
static struct conn *attempt_of_client(const struct model *model, const struct sock *client,
				      int64_t syn_ns)
{
	struct conn *conn = attempt_find(model, client->pub.netns, &client->pub.peer,
					 &client->pub.local, syn_ns);

	return conn && conn->pub.start_ns >= syn_ns - SLACK_NS ? conn : NULL;
}

static struct conn *find_by_address(const struct model *model, const struct sock *sock,
				    int64_t t_ns)
{
	struct end end = {
		.socket = (struct socket *)&sock->pub,
		.netns = sock->pub.netns,
		.local = sock->pub.local,
		.peer = sock->pub.peer,
	};

	struct conn *conn = tuple_find(model, &end, PROTOCOL_TCP, NULL);

	return conn ? conn : attempt_of_child(model, sock, t_ns);
}

/* Where the client of this new server end had been turned away: it is in after all. */
static struct conn *got_in(struct model *model, struct conn *conn, const struct sock *child,
			   int64_t t_ns)
{
	struct conn *attempt = attempt_of_child(model, child, t_ns);

	/* the client is here, but its address was translated on the way */
	if (attempt && attempt != conn &&
	    (!conn->pub.client.seen || attempt->pub.start_ns >= conn->pub.start_ns - SLACK_NS))
		conn = conn_merge(model, attempt, conn);
	if (conn->pub.turned_away)
		attempt_got_in(model, conn, &child->pub.peer, t_ns);
	return conn;
}

static bool is_connected(uint8_t state)
{
	return state != TCP_CLOSE && state != TCP_LISTEN && state != 0;
}

/* Of a socket from before the trace: the kernel chose the other's port, and not its own. */
static bool ports_say_server(const struct sock *sock)
{
	return sock->pub.from_snapshot && !port_is_ephemeral(sock->pub.local.port) &&
	       port_is_ephemeral(sock->pub.peer.port);
}

struct conn *tcp_known(struct model *model, struct sock *sock, int64_t t_ns)
{
	struct listening *listening;
	struct conn *conn = conn_of(sock->pub.connection);
	enum side side;

	if (conn || sock->pub.listener || sock->pub.protocol != PROTOCOL_TCP ||
	    !is_connected(sock->state))
		return conn;
	listening = listener_find(model, sock->pub.netns, &sock->pub.local);
	side = listening || ports_say_server(sock) ? SIDE_SERVER : SIDE_CLIENT;
	conn = find_by_address(model, sock, t_ns);
	if (conn) {
		side = conn->pub.server.seen ? SIDE_CLIENT : SIDE_SERVER;
	} else {
		conn = conn_create(model, sock, t_ns);
		if (!conn)
			return NULL;
		conn->pub.roles_inferred = true;
	}
	if (side == SIDE_SERVER && listening)
		conn->pub.listener = &listening->pub;
	conn_attach(model, conn, side, sock);
	return side == SIDE_SERVER ? got_in(model, conn, sock, t_ns) : conn;
}

static void syn_sent(struct model *model, struct sock *sock, const struct st_state *state,
		     int64_t t_ns)
{
	struct event event = kernel_event(EVENT_SYN, t_ns);
	uint64_t pair = (uint64_t)state->local_isn << 32 | state->peer_isn;
	struct conn *conn;

	conn = attempt_of_client(model, sock, t_ns);
	if (!conn)
		conn = pair_find(model, pair, SIDE_CLIENT); /* the child told of itself first */
	if (!conn)
		conn = conn_create(model, sock, t_ns);
	if (!conn)
		return;
	conn->pub.start_ns = conn->pub.syn_ns = t_ns;
	conn->syns_sent = 1;
	conn_count_syns(conn);
	conn->pub.seen_from_start = true;
	conn_attach(model, conn, SIDE_CLIENT, sock);
	event.pid = state->pid;
	event.tid = state->tid;
	conn_event(model, conn, SIDE_CLIENT, &event);
}

static void client_established(struct model *model, struct sock *sock, const struct st_state *state,
			       int64_t t_ns)
{
	struct event event = kernel_event(EVENT_ESTABLISHED, t_ns);
	struct conn *conn = conn_of(sock->pub.connection);
	struct conn *other;

	if (!conn) {
		conn = conn_create(model, sock, t_ns);
		if (!conn)
			return;
		conn_attach(model, conn, SIDE_CLIENT, sock);
	}
	conn->pub.established_ns = t_ns;
	if (conn->pub.syn_ns != TIME_UNKNOWN)
		conn->pub.connect_ns = t_ns - conn->pub.syn_ns;
	tcp_baseline(sock, state->written, state->copied);
	conn = pair_set(model, conn, (uint64_t)state->local_isn << 32 | state->peer_isn);
	other = conn->pub.server.seen ? NULL : find_by_address(model, sock, t_ns);
	if (other && other->pub.server.seen && (!other->pub.has_pair || !conn->pub.has_pair))
		conn = conn_merge(model, other, conn);
	conn_event(model, conn, SIDE_CLIENT, &event);
}

/* The connection that a new child is the server end of. */
static struct conn *child_conn(struct model *model, struct sock *sock, uint64_t pair, int64_t t_ns)
{
	struct conn *conn = conn_of(sock->pub.connection);

	if (conn)
		return conn; /* accept() came first: Fast Open */
	conn = pair_find(model, pair, SIDE_SERVER);
	if (!conn) {
		conn = find_by_address(model, sock, t_ns);
		if (conn && (conn->pub.server.seen || (pair && conn->pub.has_pair)))
			conn = NULL;
	}
	if (!conn) {
		conn = conn_create(model, sock, t_ns);
		if (!conn)
			return NULL;
		conn->pub.seen_from_start = true;
	}
	conn_attach(model, conn, SIDE_SERVER, sock);
	return conn;
}

static struct listening *child_listener(const struct model *model, const struct sock *sock,
					uint64_t key)
{
	struct sock *parent = sock_find(model, key);

	if (parent && parent->pub.listener)
		return listening_of(parent->pub.listener);
	return listener_find(model, sock->pub.netns, &sock->pub.local);
}

static void child_queued(struct model *model, struct sock *sock, const struct st_state *state,
			 int64_t t_ns)
{
	uint64_t pair = (uint64_t)state->peer_isn << 32 | state->local_isn;
	int64_t queued_ns = state->queued_ns ? wire_time(model, state->queued_ns) : t_ns;
	struct event event = kernel_event(EVENT_ESTABLISHED, queued_ns);
	struct listening *listening;
	struct conn *conn;

	sock->child = true;
	conn = child_conn(model, sock, pair, queued_ns);
	if (!conn || conn_side(conn, sock) != SIDE_SERVER)
		return;
	listening = child_listener(model, sock, state->listener);
	/* without a listener that is followed its accept() will not be seen */
	conn->queued = listening || state->listener;
	conn->queued_ns = queued_ns;
	if (conn->pub.established_ns == TIME_UNKNOWN)
		conn->pub.established_ns = queued_ns;
	tcp_baseline(sock, state->written, state->copied);
	/* the record tells the queue as the child met it */
	event.arg.queue.depth = state->depth + 1;
	event.arg.queue.limit = state->limit;
	event.arg.queue.known = state->listener;
	if (listening) {
		conn->pub.listener = &listening->pub;
		listener_arrival(model, listening, queued_ns, state->depth + 1);
	}
	conn = got_in(model, pair_set(model, conn, pair), sock, queued_ns);
	conn_event(model, conn, SIDE_SERVER, &event);
}

static void fin_received(struct model *model, struct conn *conn, enum side side, int64_t t_ns)
{
	struct event event = kernel_event(EVENT_FIN, t_ns);
	enum side other = side_other(side);

	conn_fin(conn, other, t_ns);
	/* the other end, where it is seen, has told it already */
	if (side != SIDE_NONE && !conn_end(conn, other)->seen)
		conn_event(model, conn, side, &event);
}

/* Both FINs went out, and before any reset, which came upon them. */
static void conn_finished(struct conn *conn, enum side side, int64_t t_ns)
{
	int64_t fin_ns = conn->reset_by && conn->reset_ns < t_ns ? conn->reset_ns : t_ns;

	conn_fin(conn, side_other(side), fin_ns);
	conn_fin(conn, side, fin_ns);
}

static void conn_closed(struct conn *conn, struct sock *sock, const struct st_state *state,
			int64_t t_ns)
{
	enum side side = conn_side(conn, sock);
	bool finished = state->old == TCP_LAST_ACK || state->old == TCP_CLOSING;

	if (finished)
		conn_finished(conn, side, t_ns);
	if (state->err && !(finished && state->err == ECONNRESET))
		conn->pub.err = state->err;
	if (state->old == TCP_SYN_SENT)
		conn_failed(conn, state->err, t_ns);
	else if (state->err == ETIMEDOUT)
		conn_failed(conn, ETIMEDOUT, t_ns);
	else if ((state->err == ECONNRESET || state->err == EPIPE) && !conn->reset_by)
		conn_reset(conn, side_other(side), t_ns);
	conn_end_over(conn, side, t_ns);
}

static void closed(struct model *model, struct sock *sock, const struct st_state *state,
		   int64_t t_ns)
{
	if (sock->pub.listener)
		listener_close(model, listening_of(sock->pub.listener), t_ns);
	else if (sock->pub.connection)
		conn_closed(conn_of(sock->pub.connection), sock, state, t_ns);
	sock_check(model, sock);
}

/* A child's first step out of SYN_RECV; a simultaneous open has a connection already. */
static bool is_birth(const struct sock *sock, const struct st_state *state)
{
	return state->old == TCP_SYN_RECV && (state->queued_ns || !sock || !sock->pub.connection);
}

/* A step that waited is told twice where a pass over what is pending met the call or the step
 * that took it along. */
static bool was_told(const struct sock *sock, const struct st_state *state, int64_t t_ns)
{
	const struct conn *conn = sock ? conn_of(sock->pub.connection) : NULL;
	enum side side = conn ? conn_side(conn, sock) : SIDE_NONE;

	if (side == SIDE_NONE)
		return false;
	if (state->new == TCP_SYN_SENT)
		return conn->pub.syn_ns == t_ns;
	if (state->new == TCP_FIN_WAIT1)
		return conn->fin_ns[side] == t_ns;
	return state->new == TCP_CLOSE_WAIT && conn->fin_ns[side_other(side)] == t_ns;
}

/* A FIN that waited to be told until its socket's end had been. */
static bool is_too_late(const struct sock *sock, const struct st_state *state)
{
	uint8_t known = sock ? sock->state : state->sock.state;

	return known == TCP_CLOSE &&
	       (state->new == TCP_FIN_WAIT1 || state->new == TCP_CLOSE_WAIT);
}

static void apply_step(struct model *model, const struct st_state *state)
{
	int64_t t = wire_time(model, state->h.ts_ns);
	struct sock *sock = sock_find(model, state->sock.id);
	bool birth = is_birth(sock, state);
	struct conn *conn;

	if (was_told(sock, state, t) || is_too_late(sock, state))
		return;
	/* it begins another connection: its new addresses are none of the one it had */
	if (sock && sock->pub.protocol == PROTOCOL_TCP && state->new == TCP_SYN_SENT)
		conn_detach(model, sock);
	sock = birth ? sock_born(model, &state->sock, t) : sock_seen(model, &state->sock);
	if (!sock || sock->pub.protocol != PROTOCOL_TCP)
		return;
	if (birth)
		child_queued(model, sock, state, t);
	else if (state->new == TCP_SYN_SENT)
		syn_sent(model, sock, state, t);
	else if (state->new == TCP_ESTABLISHED)
		client_established(model, sock, state, t);
	else if (state->new != TCP_LISTEN && state->old != TCP_LISTEN && state->old != TCP_SYN_SENT)
		tcp_known(model, sock, t);
	sock->state = state->new;
	if (sock->has_base && (state->written || state->copied)) {
		sock->written = state->written;
		sock->copied = state->copied;
	}
	conn = conn_of(sock->pub.connection);
	if (state->new == TCP_LISTEN) {
		listener_open(model, sock, t);
	} else if (state->new == TCP_CLOSE) {
		closed(model, sock, state, t);
	} else if (conn && state->new == TCP_FIN_WAIT1) {
		conn_fin(conn, conn_side(conn, sock), t);
	} else if (conn && state->new == TCP_CLOSE_WAIT) {
		fin_received(model, conn, conn_side(conn, sock), t);
	}
}

/* A step that the record tells beside its own. */
static void apply_earlier(struct model *model, const struct st_state *state, uint64_t ts_ns,
			  uint8_t old, uint8_t new)
{
	struct st_state step = *state;

	step.h.ts_ns = ts_ns;
	step.old = old;
	step.new = new;
	step.err = 0;
	step.written = step.copied = 0;
	if (ts_ns)
		apply_step(model, &step);
}

void tcp_apply_state(struct model *model, const struct st_state *state)
{
	bool sent_first = state->fin_sent_ns < state->fin_received_ns;

	apply_earlier(model, state, state->syn_ns, TCP_CLOSE, TCP_SYN_SENT);
	if (sent_first)
		apply_earlier(model, state, state->fin_sent_ns, TCP_ESTABLISHED, TCP_FIN_WAIT1);
	apply_earlier(model, state, state->fin_received_ns, TCP_ESTABLISHED, TCP_CLOSE_WAIT);
	if (!sent_first)
		apply_earlier(model, state, state->fin_sent_ns, TCP_ESTABLISHED, TCP_FIN_WAIT1);
	apply_step(model, state);
}

static void retransmitted(struct model *model, struct sock *sock, struct conn *conn, int64_t t_ns)
{
	bool syn = sock->state == TCP_SYN_SENT;
	struct event event = kernel_event(syn ? EVENT_SYN : EVENT_RETRANSMIT, t_ns);

	conn->syns_sent += syn;
	if (syn)
		conn_count_syns(conn);
	else
		conn->pub.retransmits++;
	conn_event(model, conn, conn_side(conn, sock), &event);
}

static void reset(struct model *model, struct sock *sock, struct conn *conn, bool sent,
		  int64_t t_ns)
{
	struct event event = kernel_event(EVENT_RESET, t_ns);
	enum side side = conn_side(conn, sock);

	event.ret = sent;
	if (sock->state != TCP_SYN_SENT) /* there it is an answer, and the close says which */
		conn_reset(conn, sent ? side : side_other(side), t_ns);
	conn_event(model, conn, side, &event);
}

void tcp_apply_handshake(struct model *model, const struct st_call_join *join)
{
	const struct st_handshake *handshake = &join->handshake;
	bool accepted = join->call.call == ST_CALL_ACCEPT;
	struct st_state state = {
		.h = {.cpu = join->call.h.cpu, .ts_ns = handshake->established_ns},
		.sock = join->call.sock,
		.listener = accepted ? join->call.listener : 0,
		.queued_ns = handshake->queued_ns,
		.syn_ns = handshake->syn_ns,
		.local_isn = handshake->local_isn,
		.peer_isn = handshake->peer_isn,
		.written = handshake->written,
		.copied = handshake->copied,
		.depth = handshake->depth,
		.limit = handshake->limit,
		.pid = handshake->pid,
		.tid = handshake->tid,
		.old = accepted ? TCP_SYN_RECV : TCP_SYN_SENT,
		.new = TCP_ESTABLISHED,
	};

	if (handshake->established_ns)
		tcp_apply_state(model, &state);
}

void tcp_apply_event(struct model *model, const struct st_tcp *tcp)
{
	int64_t t = wire_time(model, tcp->h.ts_ns);
	struct event event = kernel_event(EVENT_SYNACK_RETRANSMIT, t);
	struct sock *sock = sock_seen(model, &tcp->sock);
	struct conn *conn = sock ? tcp_known(model, sock, t) : NULL;

	if (!sock)
		return;
	if (tcp->event == ST_TCP_SYNACK_RETRANSMIT) {
		if (sock->pub.listener)
			sock->pub.listener->synack_retransmits++;
		event.arg.name.address = wire_address(tcp->sock.family, tcp->sock.v4,
						      tcp->sock.peer, tcp->sock.peer_port);
		sock_event(model, sock, &event);
	} else if (!conn) {
		return;
	} else if (tcp->event == ST_TCP_RETRANSMIT) {
		retransmitted(model, sock, conn, t);
	} else {
		reset(model, sock, conn, tcp->event == ST_TCP_RESET_SENT, t);
	}
}

struct conn *tcp_accepted(struct model *model, struct sock *child, int64_t t_ns)
{
	struct conn *conn = conn_of(child->pub.connection);

	if (conn)
		return conn;
	conn = find_by_address(model, child, t_ns);
	if (conn && conn->pub.server.seen)
		conn = NULL;
	if (!conn)
		conn = conn_create(model, child, t_ns);
	if (!conn)
		return NULL;
	conn_attach(model, conn, SIDE_SERVER, child);
	return got_in(model, conn, child, t_ns);
}

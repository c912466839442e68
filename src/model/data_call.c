/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns what a single call that sends or receives means: its event, and its bytes where no
 * run counts them. Does not know runs.
 */
#include "model/connections.h"
#include "model/processes.h"
#include "model/records.h"
#include "model/sockets.h"
#include "model/transfers.h"
#include "model/wire.h"

static struct event data_call_event(const struct model *model, const struct st_data_call *wire)
{
	bool in_flight = !wire->enter_ns;

	return (struct event){
		.name = wire->direction == ST_SEND ? EVENT_SEND : EVENT_RECV,
		.t_ns = wire_time(model, in_flight ? wire->h.ts_ns : wire->enter_ns),
		.duration_ns = in_flight ? TIME_UNKNOWN : (int64_t)(wire->h.ts_ns - wire->enter_ns),
		.in_flight = in_flight,
		.count = 1,
		.bytes = wire->bytes,
		.pid = wire->pid,
		.tid = wire->tid,
		.fd = wire->fd,
		.ret = wire->ret < 0 ? -1 : wire->ret,
		.err = wire_errno(wire->ret),
		.arg.data = {.call = wire->call,
			     .peek = wire->flags & ST_DATA_CALL_PEEK,
			     .errqueue = wire->flags & ST_DATA_CALL_ERRQUEUE},
	};
}

static struct conn *data_call_conn(struct model *model, struct sock *sock,
				   const struct st_data_call *wire)
{
	struct address peer =
		wire_address(wire->peer_family, wire->v4, wire->peer, wire->peer_port);

	if (wire->bytes)
		return transfer_conn(model, sock, &peer, wire->direction,
				     wire_time(model, wire->h.ts_ns));
	return transfer_conn_of_nothing(sock);
}

void data_call_apply(struct model *model, const struct st_data_call *wire)
{
	bool is_new = !sock_find(model, wire->sock.id);
	struct sock *sock = sock_seen(model, &wire->sock);
	struct process *process = process_find(model, wire->pid);
	struct event event = data_call_event(model, wire);
	bool sums = wire->flags & ST_DATA_CALL_SUMS;
	struct conn *conn;

	if (!sock)
		return;
	if (is_new)
		sock->pub.from_snapshot = true; /* its birth was not seen */
	sock_used(sock, process, wire->fd);
	if (sums) {
		model->index->sums_by_calls = true;
		sock->pub.calls[wire->direction]++;
		sock->pub.bytes[wire->direction] += wire->bytes;
	}
	conn = data_call_conn(model, sock, wire);
	if (!conn) {
		sock_event(model, sock, &event);
		return;
	}
	conn_end_used(conn, conn_side(conn, sock), process, wire->fd);
	if (sums)
		transfer_add(conn_end(conn, conn_side(conn, sock)), wire->direction, wire->bytes);
	conn_event(model, conn, conn_side(conn, sock), &event);
}

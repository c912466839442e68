/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns where the bytes of sends and receives belong. Does not know how they were seen.
 */
#include "model/transfers.h"

#include <string.h>

#include "model/connections.h"
#include "model/flows.h"
#include "model/sockets.h"
#include "model/tcp.h"

/* The first datagram of a socket from before the trace was on its way as the trace came to it: to
 * whom had been said before. */
static bool had_its_peer_named_before(const struct sock *sock, const struct address *peer,
				      enum st_direction direction)
{
	return sock->pub.from_snapshot && sock->pub.protocol == PROTOCOL_UDP && !sock->flows &&
	       direction == ST_SEND && sock->pub.calls[ST_SEND] <= 1 &&
	       peer->family == FAMILY_NONE;
}

struct conn *transfer_conn(struct model *model, struct sock *sock, const struct address *peer,
			   enum st_direction direction, int64_t t_ns)
{
	bool socketpair = sock->pub.connection && !sock->flows;

	if (!sock_is_datagram(sock))
		return sock->pub.protocol == PROTOCOL_UNIX ? conn_of(sock->pub.connection)
							   : tcp_known(model, sock, t_ns);
	if (socketpair)
		return conn_of(sock->pub.connection);
	if (peer->family == FAMILY_NONE)
		peer = &sock->pub.peer;
	if (had_its_peer_named_before(sock, peer, direction))
		return NULL;
	return flow_seen(model, sock, peer, direction, t_ns);
}

struct conn *transfer_conn_of_nothing(const struct sock *sock)
{
	if (sock_is_datagram(sock) && sock->pub.peer.family == FAMILY_NONE)
		return NULL;
	return conn_of(sock->pub.connection);
}

void transfer_add(struct end *end, enum st_direction direction, uint64_t bytes)
{
	if (direction == ST_SEND)
		end->bytes_sent += bytes;
	else
		end->bytes_received += bytes;
}

bool transfers_are_told(const struct model *model, const struct process *process)
{
	return process && process->target && !strcmp(model->capture.data_mode, "events");
}

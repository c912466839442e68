/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A socket of this host while it lives: the unit everything hangs on. It
 * becomes a listener, or an end of a connection, or stays neither.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/event.h"

enum protocol { PROTOCOL_TCP, PROTOCOL_UDP, PROTOCOL_UNIX, PROTOCOL_OTHER, PROTOCOL_MAX };
enum sock_type { TYPE_STREAM, TYPE_DGRAM, TYPE_SEQPACKET, TYPE_OTHER, TYPE_MAX };

struct socket {
	uint64_t id;  /* in order of birth; the document has those of model_socket_shown() */
	uint64_t key; /* st_sock.id */
	uint8_t protocol, type; /* enum protocol, enum sock_type */
	uint8_t family;         /* enum family: as created (an AF_INET6 socket may carry IPv4) */
	bool mptcp;
	bool peer_only;       /* not a target's: followed as the other end of one */
	bool from_snapshot;   /* was there before the trace */
	bool open;
	uint32_t netns;
	struct process *process; /* who last used it; NULL: not known */
	int32_t fd;              /* there; -1: not known */
	int32_t last_err;        /* errno of its last call but close(), 0 */
	struct address local, peer;
	struct events events; /* own calls that belong to no connection */
	struct listener *listener;     /* it listens; else NULL */
	/* stream: the connection it is an end of; datagram: its first flow; else NULL */
	struct connection *connection;
	uint64_t calls[2], bytes[2];   /* send, recv, since its first record */
};

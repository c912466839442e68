/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What sock_diag tells, to anybody, of the sockets in the network namespace that the
 * calling thread is in: the source of ss.
 */
#pragma once

#include <stdint.h>

#include "socktrace/record.h"

struct diag_socket {
	struct st_sock sock; /* but for netns, flags and reuseport, which it does not tell */
	uint64_t inode; /* of the socket's file; 0: it has none, or not yet */
	uint32_t depth, limit; /* of a listener's queue */
	uint32_t device; /* TCP: index of the one it is bound to, 0: none */
	uint32_t sk_drops; /* TCP: the kernel's own count */
	uint8_t path_len;
	char path[ST_PATH_LEN]; /* UNIX, as in struct st_seen */
};

/* 0, or not 0 to stop. */
typedef int sockdiag_sink(void *context, const struct diag_socket *socket);

/* TCP sockets of both families in these states (bits 1 << TCP_*): 0, -errno, or what the
 * sink returned. Asking gives each of them a cookie, if it had none. */
int sockdiag_tcp(uint32_t states, sockdiag_sink *sink, void *context);

/* UNIX sockets that listen. The same. */
int sockdiag_unix_listeners(sockdiag_sink *sink, void *context);

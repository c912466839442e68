/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Socket cookies for sockets that were there before the trace.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "capture/proc.h"

/* The kernel gives a socket its cookie when somebody asks, and the probes know a socket by it: asks
 * for all TCP sockets in the network namespaces of these processes, also those that wait in a queue
 * and that no process has yet. What fails costs the identity of such connections only, and is not
 * said; but -errno, said, when the way back into our own namespace is barred. */
int cookies_make(const struct pid_list *pids);

/* The same for the socket of one fd of a process, in whatever state it is. False: it cannot be
 * had. */
bool cookies_make_one(pid_t pid, int fd);

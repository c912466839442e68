/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Socket cookies for TCP sockets that were there before the trace.
 */
#pragma once

#include <sys/types.h>

/* The kernel gives a socket its cookie when somebody asks: asks for all TCP sockets
 * in the network namespace of `pid`, also those that no process has yet. What fails
 * costs the identity of such connections only, and is not said; but -errno, said,
 * when the way back into our own namespace is barred. */
int cookies_make(pid_t pid);

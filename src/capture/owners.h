/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which processes have which sockets open, by /proc/PID/fd.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "capture/proc.h"

/* 0, or not 0 to stop. */
typedef int owners_sink(void *context, uint64_t inode, pid_t pid, int fd);

/* Calls `each` for every fd of a socket. *hidden: how many processes did not let us look.
 * 0, or what `each` returned. */
int owners_find(const struct pid_list *pids, owners_sink *each, void *context, size_t *hidden);

/* The inode of the socket that entry `name` of a /proc/PID/fd directory is of; 0: of none. */
uint64_t owners_inode(int dir, const char *name);

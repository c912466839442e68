/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Doing something inside another network namespace, and coming back.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

typedef int netns_visitor(void *context);

/* Calls `visit` in the network namespace that ns_fd is of. Its result, or -errno where
 * the namespace may not be entered: -EPERM without CAP_SYS_ADMIN, unless it is our own.
 * -ENOTRECOVERABLE, said, where the way back is barred: nothing can go on. */
int netns_visit(int ns_fd, netns_visitor *visit, void *context);

/* The same, in the namespace of a process. -ESRCH, -EACCES where it cannot be had. */
int netns_visit_process(pid_t pid, netns_visitor *visit, void *context);

/* The inode number of the namespace ns_fd is of; 0: it has none. */
uint32_t netns_inum(int ns_fd);

/* A number from a file below /proc/sys, as the namespace visited has it; -1: there is none. */
int32_t netns_setting(const char *path);

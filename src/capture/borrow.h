/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Sockets of another process, taken with pidfd_getfd(): our fd is of the very same
 * socket, so what is done to it is done to theirs.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "base/vec.h"
#include "socktrace/record.h"

struct borrowed {
	pid_t pid;
	char comm[ST_COMM_LEN + 1];
	int fd, their_fd;
	uint64_t inode;
	int protocol; /* IPPROTO_TCP, IPPROTO_MPTCP, …; 0 for UNIX */
	bool listening;
	struct sockaddr_storage name;
	socklen_t name_len;
	int64_t limit; /* of a listener: the backlog in force; -1: the kernel does not say */
	int32_t somaxconn; /* of its network namespace; -1: not known */
};

VEC_TYPE(borrowed_list, struct borrowed);

/* Appends the listening sockets of a process, and those with a name that do not listen and
 * are not connected; a socket that is in the list already is not taken again. 0, -ESRCH,
 * -EPERM, -ENOMEM. */
int borrow_sockets(pid_t pid, struct borrowed_list *out);
void borrowed_release(struct borrowed_list *list);

/* Reads it again: borrowed.listening, .limit. */
void borrowed_look(struct borrowed *borrowed);

/* A pidfd, or -errno. */
int borrow_open(pid_t pid);

/* A copy of an fd of that process, or -errno. */
int borrow_fd(int pidfd, int their_fd);

/* TCP_DEFER_ACCEPT of a listener, which no other interface tells, in seconds; 0: not set,
 * -1: not known. */
int borrow_defer_accept(int pidfd, int their_fd);

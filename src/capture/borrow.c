/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the copies of the fds. Does nothing to the sockets but ask.
 */
#include "capture/borrow.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "capture/netns_visit.h"
#include "capture/owners.h"
#include "capture/proc.h"

int borrow_open(pid_t pid)
{
	int pidfd = syscall(SYS_pidfd_open, pid, 0);

	return pidfd < 0 ? -errno : pidfd;
}

int borrow_fd(int pidfd, int their_fd)
{
	int fd = syscall(SYS_pidfd_getfd, pidfd, their_fd, 0);

	return fd < 0 ? -errno : fd;
}

static int option(int fd, int name)
{
	socklen_t len = sizeof(int);
	int value = 0;

	return getsockopt(fd, SOL_SOCKET, name, &value, &len) ? 0 : value;
}

void borrowed_look(struct borrowed *borrowed)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	borrowed->listening = option(borrowed->fd, SO_ACCEPTCONN);
	/* Of a listener the kernel puts depth and limit of its queue into these two. */
	borrowed->limit = -1;
	if (borrowed->listening && !getsockopt(borrowed->fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		borrowed->limit = info.tcpi_sacked;
}

static int read_somaxconn(void *context)
{
	*(int32_t *)context = netns_setting("net/core/somaxconn");
	return 0;
}

/* A socket stays in the namespace it was made in, wherever its process has gone. */
static void look_at_netns(struct borrowed *borrowed)
{
	int ns = ioctl(borrowed->fd, SIOCGSKNS);

	borrowed->somaxconn = -1;
	if (ns < 0) {
		netns_visit_process(borrowed->pid, read_somaxconn, &borrowed->somaxconn);
		return;
	}
	netns_visit(ns, read_somaxconn, &borrowed->somaxconn);
	close(ns);
}

static bool has_name(const struct borrowed *borrowed)
{
	const struct sockaddr_in *in = (const void *)&borrowed->name;

	/* sin6_port stands where sin_port does */
	if (borrowed->name.ss_family == AF_INET || borrowed->name.ss_family == AF_INET6)
		return in->sin_port != 0;
	return borrowed->name.ss_family == AF_UNIX && borrowed->name_len > sizeof(sa_family_t);
}

static bool is_wanted(const struct borrowed *borrowed)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);

	return borrowed->listening ||
	       (has_name(borrowed) && option(borrowed->fd, SO_TYPE) == SOCK_STREAM &&
		getpeername(borrowed->fd, (struct sockaddr *)&peer, &len));
}

static bool is_known(const struct borrowed_list *list, uint64_t inode)
{
	vec_each (at, list)
		if (at->inode == inode)
			return true;
	return false;
}

/* 0 also for a socket that is not wanted, or was closed meanwhile. */
static int borrow_one(int pidfd, struct borrowed *borrowed, struct borrowed_list *out)
{
	int r = 0;

	borrowed->fd = borrow_fd(pidfd, borrowed->their_fd);
	if (borrowed->fd < 0)
		return borrowed->fd == -EPERM ? -EPERM : 0;
	borrowed->name_len = sizeof(borrowed->name);
	if (!getsockname(borrowed->fd, (struct sockaddr *)&borrowed->name, &borrowed->name_len)) {
		borrowed->protocol =
			borrowed->name.ss_family == AF_UNIX ? 0 : option(borrowed->fd, SO_PROTOCOL);
		borrowed_look(borrowed);
		if (is_wanted(borrowed)) {
			look_at_netns(borrowed);
			r = vec_push(out, *borrowed);
			if (!r)
				return 0;
		}
	}
	close(borrowed->fd);
	return r;
}

static int borrow_all(pid_t pid, int pidfd, DIR *dir, struct borrowed_list *out)
{
	struct st_process process = {0};
	struct dirent *entry;
	int r = proc_describe(pid, &process);

	while (!r && (entry = readdir(dir))) {
		struct borrowed borrowed = {.pid = pid};

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		borrowed.inode = owners_inode(dirfd(dir), entry->d_name);
		if (!borrowed.inode || is_known(out, borrowed.inode))
			continue;
		borrowed.their_fd = atoi(entry->d_name);
		memcpy(borrowed.comm, process.comm, ST_COMM_LEN);
		r = borrow_one(pidfd, &borrowed, out);
	}
	return r;
}

int borrow_sockets(pid_t pid, struct borrowed_list *out)
{
	char path[64];
	int pidfd, r;
	DIR *dir;

	/* The pidfd first: from here on a reused PID cannot mislead us, it finds no process. */
	pidfd = borrow_open(pid);
	if (pidfd < 0)
		return pidfd;
	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	if (dir)
		r = borrow_all(pid, pidfd, dir, out);
	else
		r = errno == EACCES ? -EPERM : errno == ENOENT ? -ESRCH : -errno;
	if (dir)
		closedir(dir);
	close(pidfd);
	return r;
}

void borrowed_release(struct borrowed_list *list)
{
	vec_each (at, list)
		close(at->fd);
	vec_release(list);
}

int borrow_defer_accept(int pidfd, int their_fd)
{
	int fd = borrow_fd(pidfd, their_fd), seconds = -1;
	socklen_t len = sizeof(seconds);

	if (fd < 0)
		return -1;
	if (getsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, &len))
		seconds = -1;
	close(fd);
	return seconds;
}

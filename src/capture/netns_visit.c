/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Moves the calling thread alone: setns() of a network namespace does no more.
 */
#include "capture/netns_visit.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

uint32_t netns_inum(int ns_fd)
{
	struct stat st;

	return fstat(ns_fd, &st) ? 0 : st.st_ino;
}

static int visit_other(int own, int ns_fd, netns_visitor *visit, void *context)
{
	int r;

	if (setns(ns_fd, CLONE_NEWNET))
		return -errno;
	r = visit(context);
	if (setns(own, CLONE_NEWNET))
		return log_err_r(-ENOTRECOVERABLE, "cannot return to the own network namespace: %s",
				 strerror(errno));
	return r;
}

int netns_visit(int ns_fd, netns_visitor *visit, void *context)
{
	int own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	int r;

	if (own < 0)
		return -errno;
	r = netns_inum(own) == netns_inum(ns_fd) ? visit(context)
						 : visit_other(own, ns_fd, visit, context);
	close(own);
	return r;
}

int netns_visit_process(pid_t pid, netns_visitor *visit, void *context)
{
	char path[64];
	int fd, r;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	r = netns_visit(fd, visit, context);
	close(fd);
	return r;
}

int32_t netns_setting(const char *path)
{
	char full[128];
	int32_t value;
	FILE *file;

	snprintf(full, sizeof(full), "/proc/sys/%s", path);
	file = fopen(full, "re");
	if (!file)
		return -1;
	if (fscanf(file, "%d", &value) != 1)
		value = -1;
	fclose(file);
	return value;
}

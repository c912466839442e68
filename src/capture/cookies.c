/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Dumps the TCP sockets of a namespace and throws the answer away: that each was asked
 * for its cookie is what counts. No dump has sockets that are not bound: those are borrowed.
 */
#include "capture/cookies.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include "capture/borrow.h"
#include "capture/netns_visit.h"
#include "capture/sockdiag.h"

static int ignore(void *context, const struct diag_socket *socket)
{
	(void)context;
	(void)socket;
	return 0;
}

static int ask_all(void *context)
{
	(void)context;
	sockdiag_tcp(~0u, ignore, NULL);
	return 0;
}

int cookies_make(const struct pid_list *pids)
{
	uint32_t done = 0; /* targets mostly share one network namespace */
	int r = 0;

	for (size_t i = 0; i < pids->len && r != -ENOTRECOVERABLE; i++) {
		uint32_t netns = proc_netns(pids->items[i]);

		if (!netns || netns == done)
			continue;
		r = netns_visit_process(pids->items[i], ask_all, NULL);
		done = netns;
	}
	return r == -ENOTRECOVERABLE ? r : 0;
}

bool cookies_make_one(pid_t pid, int fd)
{
	int pidfd = borrow_open(pid), copy;
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);

	if (pidfd < 0)
		return false;
	copy = borrow_fd(pidfd, fd);
	close(pidfd);
	if (copy < 0)
		return false;
	if (getsockopt(copy, SOL_SOCKET, SO_COOKIE, &cookie, &len))
		cookie = 0;
	close(copy);
	return cookie;
}

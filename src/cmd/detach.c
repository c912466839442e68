/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the process that stays behind. Detaching takes the kernel more than a second: it lets
 * every CPU pass by for each tracepoint. Nobody need wait for it: that process holds the probes
 * until they are gone, and the prompt comes back now.
 */
#include "cmd/detach.h"

#include <errno.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

static void await_end_of(pid_t parent)
{
	struct pollfd process = {.fd = syscall(SYS_pidfd_open, parent, 0), .events = POLLIN};

	while (process.fd >= 0 && getppid() == parent && poll(&process, 1, -1) < 0 &&
	       errno == EINTR)
		;
}

void detach_aside(void (*detach)(void *what), void *what)
{
	pid_t self = getpid(), pid = fork();

	if (pid < 0)
		detach(what);
	if (pid)
		return; /* our own references end with us */
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		close(fd);
	await_end_of(self); /* whoever closes them last is the one that waits */
	detach(what);
	_exit(0);
}

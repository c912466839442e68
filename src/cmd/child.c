/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the traced command's process; knows nothing of tracing.
 */
#include "cmd/child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "cmd/user.h"

#define MAX_GROUPS 256

static int become(const char *user)
{
	gid_t groups[MAX_GROUPS], gid;
	uid_t uid;

	if (!user_find(user, &uid, &gid)) {
		errno = ENOENT;
		return -1;
	}
	groups[0] = gid;
	return setgroups(1 + user_groups(user, groups + 1, MAX_GROUPS - 1), groups) ||
	       setgid(gid) || setuid(uid);
}

/* A first Ctrl-C is the tracer's to answer. */
static bool wait_for_word(int go)
{
	ssize_t n;
	char word;

	do
		n = read(go, &word, 1);
	while (n < 0 && errno == EINTR);
	return n == 1;
}

/* In the new process: waits for the word, then becomes the command. */
static void run_child(int go, int failure, char **run, const char *user)
{
	int error;

	if (!wait_for_word(go))
		_exit(1);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	if (!user || !become(user))
		execvp(run[0], run);
	error = errno;
	if (write(failure, &error, sizeof(error)) != sizeof(error))
		_exit(126);
	_exit(127);
}

int child_start(struct child *child, char **run, const char *user)
{
	int go[2], failure[2];

	if (pipe2(go, O_CLOEXEC) || pipe2(failure, O_CLOEXEC))
		return log_err_r(-errno, "cannot make a pipe: %s", strerror(errno));
	child->pid = fork();
	if (child->pid == 0) {
		close(go[1]);
		run_child(go[0], failure[1], run, user);
	}
	close(go[0]);
	close(failure[1]);
	child->go = go[1];
	child->failure = failure[0];
	return child->pid < 0 ? log_err_r(-errno, "cannot start %s: %s", run[0], strerror(errno))
			      : 0;
}

int child_go(struct child *child, char **run)
{
	int error;

	if (write(child->go, "", 1) != 1)
		return log_err_r(-errno, "cannot start %s: %s", run[0], strerror(errno));
	close(child->go);
	child->go = -1;
	if (read(child->failure, &error, sizeof(error)) != sizeof(error))
		return 0; /* closed by its exec */
	return log_err_r(-error, "cannot run %s: %s", run[0], strerror(error));
}

bool child_ended(struct child *child)
{
	if (child->pid && !child->ended)
		child->ended = waitpid(child->pid, &child->status, WNOHANG) == child->pid;
	return child->pid && child->ended;
}

void child_release(struct child *child)
{
	if (!child->pid)
		return;
	if (child->go >= 0)
		close(child->go); /* it reads an end of file and exits */
	close(child->failure);
	if (child->go >= 0 && !child->ended)
		waitpid(child->pid, &child->status, 0);
	child->pid = 0;
}

int child_status(const struct child *child)
{
	return WIFSIGNALED(child->status) ? 128 + WTERMSIG(child->status)
					  : WEXITSTATUS(child->status);
}

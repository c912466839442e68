/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the traced command's process; knows nothing of tracing.
 */
#include "cmd/child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"

#define MAX_GROUPS 256

/* From /etc/passwd itself: the static binary cannot load other sources of names. */
static bool find_user(const char *name, uid_t *uid, gid_t *gid)
{
	FILE *file = fopen("/etc/passwd", "re");
	const struct passwd *entry = NULL;

	while (file && (entry = fgetpwent(file)) && strcmp(entry->pw_name, name))
		;
	if (entry) {
		*uid = entry->pw_uid;
		*gid = entry->pw_gid;
	}
	if (file)
		fclose(file);
	return entry != NULL;
}

static size_t find_groups(const char *name, gid_t *groups, size_t max)
{
	FILE *file = fopen("/etc/group", "re");
	const struct group *entry;
	size_t n = 0;

	while (file && n < max && (entry = fgetgrent(file)))
		for (char **member = entry->gr_mem; *member; member++)
			if (!strcmp(*member, name) && n < max)
				groups[n++] = entry->gr_gid;
	if (file)
		fclose(file);
	return n;
}

static int become(const char *user)
{
	gid_t groups[MAX_GROUPS], gid;
	uid_t uid;

	if (!find_user(user, &uid, &gid)) {
		errno = ENOENT;
		return -1;
	}
	groups[0] = gid;
	return setgroups(1 + find_groups(user, groups + 1, MAX_GROUPS - 1), groups) ||
	       setgid(gid) || setuid(uid);
}

/* In the new process: waits for the word, then becomes the command. */
static void run_child(int go, int failure, char **run, const char *user)
{
	char word;
	int error;

	if (read(go, &word, 1) != 1)
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
	uid_t uid;
	gid_t gid;

	if (user && !find_user(user, &uid, &gid))
		return log_err_r(-EINVAL, "-u %s: no such user in /etc/passwd", user);
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

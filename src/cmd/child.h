/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The command after "--": started stopped, so that its first call is seen.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct child {
	pid_t pid;   /* 0: none */
	int go;      /* a byte here lets it run */
	int failure; /* errno of a failed exec comes from here */
	bool ended;
	int status;  /* as of waitpid */
};

/* Forks and waits for nothing: the new process stands before its exec. user may
 * be NULL. To be called before privileges or namespaces change. 0 or -errno, said. */
int child_start(struct child *child, char **run, const char *user);

/* Lets it exec. 0, or -errno when that failed, and one line says why. */
int child_go(struct child *child, char **run);

/* True once it has exited; never blocks. */
bool child_ended(struct child *child);

/* Ends one that was never let go; waits for one that ends. */
void child_release(struct child *child);

/* The exit status to pass on: 128 + n for signal n. */
int child_status(const struct child *child);

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What /proc tells of processes: for those that were there before the trace.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/vec.h"
#include "socktrace/config.h"

VEC_TYPE(pid_list, pid_t);

/* A zombie is gone too. */
bool proc_exists(pid_t pid);
pid_t proc_of_thread(pid_t tid); /* the process a thread is of; tid itself where there is none */

/* Whether we have the process numbers that BPF programs see: those of the first PID namespace. */
bool proc_numbers_are_the_hosts(void);

/* Appends all processes. 0 or -ENOMEM. */
int proc_list(struct pid_list *out);

/* Appends the processes in a cgroup directory and those below it. 0 or -ENOMEM. */
int proc_in_cgroup(const char *path, struct pid_list *out);

/* Appends all living descendants of `pid`, not itself. 0 or -ENOMEM. */
int proc_descendants(pid_t pid, struct pid_list *out);

/* Everything but the header. 0 or -ESRCH. */
int proc_describe(pid_t pid, struct st_process *out);

/* The inode number of its network namespace; 0: not known. */
uint32_t proc_netns(pid_t pid);

/* The cgroup v2 path of a process: 0, -ESRCH, -ENOENT where it has none. */
int proc_cgroup(pid_t pid, char *out, size_t size);

/* Appends the ids of its threads. 0 or -ENOMEM. */
int proc_threads(pid_t pid, struct pid_list *out);

/* The socket calls that the process' threads are in, one at a time: `each` gets
 * the thread id and the entry for the `threads` map. */
void proc_calls_in_flight(pid_t pid,
			  void (*each)(void *context, uint32_t tid, const struct st_thread *call),
			  void *context);

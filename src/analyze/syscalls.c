/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the table. Calls are named as a program writes them: recvfrom() is recv().
 */
#include "analyze/syscalls.h"

#include <stddef.h>
#include <string.h>

#define NONE (-1)

static const struct entry {
	const char *name;
	int32_t x86_64, generic;
	bool polls;
} entries[] = {
	{"read", 0, 63, false},
	{"write", 1, 64, false},
	{"open", 2, NONE, false},
	{"close", 3, 57, false},
	{"poll", 7, NONE, true},
	{"ppoll", 271, 73, true},
	{"readv", 19, 65, false},
	{"writev", 20, 66, false},
	{"select", 23, NONE, true},
	{"pselect6", 270, 72, true},
	{"sched_yield", 24, 124, false},
	{"pause", 34, NONE, false},
	{"nanosleep", 35, 101, false},
	{"sendfile", 40, 71, false},
	{"connect", 42, 203, false},
	{"accept", 43, 202, false},
	{"accept4", 288, 242, false},
	{"send", 44, 206, false},
	{"recv", 45, 207, false},
	{"sendmsg", 46, 211, false},
	{"recvmsg", 47, 212, false},
	{"shutdown", 48, 210, false},
	{"clone", 56, 220, false},
	{"clone3", 435, 435, false},
	{"fork", 57, NONE, false},
	{"vfork", 58, NONE, false},
	{"execve", 59, 221, false},
	{"wait4", 61, 260, false},
	{"waitid", 247, 95, false},
	{"flock", 73, 32, false},
	{"fcntl", 72, 25, false},
	{"fsync", 74, 82, false},
	{"fdatasync", 75, 83, false},
	{"semop", 65, 193, false},
	{"semtimedop", 220, 192, false},
	{"msgrcv", 70, 188, false},
	{"pread", 17, 67, false},
	{"pwrite", 18, 68, false},
	{"openat", 257, 56, false},
	{"stat", 4, NONE, false},
	{"newfstatat", 262, 79, false},
	{"unlink", 87, NONE, false},
	{"unlinkat", 263, 35, false},
	{"rename", 82, NONE, false},
	{"futex", 202, 98, false},
	{"futex_waitv", 449, 449, false},
	{"epoll_wait", 232, NONE, true},
	{"epoll_pwait", 281, 22, true},
	{"epoll_pwait2", 441, 441, true},
	{"rt_sigsuspend", 130, 133, false},
	{"rt_sigtimedwait", 128, 137, false},
	{"clock_nanosleep", 230, 115, false},
	{"restart_syscall", 219, 128, false},
	{"io_getevents", 208, 4, true},
	{"io_uring_enter", 426, 426, true},
	{"splice", 275, 76, false},
	{"getrandom", 318, 278, false},
	{"recvmmsg", 299, 243, false},
	{"sendmmsg", 307, 269, false},
	{"mq_timedreceive", 243, 183, false},
	{"ioctl", 16, 29, false},
	{"munmap", 11, 215, false},
	{"mmap", 9, 222, false},
	{"madvise", 28, 233, false},
};

static const struct entry *find(const char *machine, int32_t number)
{
	bool x86_64 = !strcmp(machine, "x86_64");

	for (size_t i = 0; number >= 0 && i < sizeof(entries) / sizeof(*entries); i++)
		if ((x86_64 ? entries[i].x86_64 : entries[i].generic) == number)
			return &entries[i];
	return NULL;
}

void syscall_print(struct strbuf *out, const char *machine, int32_t number)
{
	const struct entry *entry = find(machine, number);

	if (entry)
		strbuf_add(out, entry->name);
	else
		strbuf_printf(out, "system call %d", number);
}

bool syscall_polls(const char *machine, int32_t number)
{
	const struct entry *entry = find(machine, number);

	return entry && entry->polls;
}

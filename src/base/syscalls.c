/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the table. A recording may come from the other kind of machine, so both
 * numbers stand here and not what the C library has.
 */
#include "base/syscalls.h"

#include <stddef.h>
#include <string.h>

/* clang-format off */
static const struct {
	const char *name;
	short x86_64, aarch64; /* -1: the machine has none */
	bool has_fd;
} calls[] = {
	{"read", 0, 63, true},
	{"write", 1, 64, true},
	{"open", 2, -1, false},
	{"close", 3, 57, true},
	{"stat", 4, -1, false},
	{"fstat", 5, 80, true},
	{"lstat", 6, -1, false},
	{"poll", 7, -1, false},
	{"lseek", 8, 62, true},
	{"mmap", 9, 222, false},
	{"mprotect", 10, 226, false},
	{"munmap", 11, 215, false},
	{"brk", 12, 214, false},
	{"rt_sigreturn", 15, 139, false},
	{"ioctl", 16, 29, true},
	{"pread64", 17, 67, true},
	{"pwrite64", 18, 68, true},
	{"readv", 19, 65, true},
	{"writev", 20, 66, true},
	{"access", 21, -1, false},
	{"select", 23, -1, false},
	{"sched_yield", 24, 124, false},
	{"msync", 26, 227, false},
	{"madvise", 28, 233, false},
	{"pause", 34, -1, false},
	{"nanosleep", 35, 101, false},
	{"sendfile", 40, 71, true},
	{"connect", 42, 203, true},
	{"accept", 43, 202, true},
	{"sendto", 44, 206, true},
	{"recvfrom", 45, 207, true},
	{"sendmsg", 46, 211, true},
	{"recvmsg", 47, 212, true},
	{"shutdown", 48, 210, true},
	{"bind", 49, 200, true},
	{"listen", 50, 201, true},
	{"setsockopt", 54, 208, true},
	{"getsockopt", 55, 209, true},
	{"clone", 56, 220, false},
	{"fork", 57, -1, false},
	{"vfork", 58, -1, false},
	{"execve", 59, 221, false},
	{"exit", 60, 93, false},
	{"wait4", 61, 260, false},
	{"kill", 62, 129, false},
	{"semop", 65, 193, false},
	{"msgsnd", 69, 189, false},
	{"msgrcv", 70, 188, false},
	{"fcntl", 72, 25, true},
	{"flock", 73, 32, true},
	{"fsync", 74, 82, true},
	{"fdatasync", 75, 83, true},
	{"truncate", 76, 45, false},
	{"ftruncate", 77, 46, true},
	{"getdents", 78, -1, true},
	{"rename", 82, -1, false},
	{"mkdir", 83, -1, false},
	{"rmdir", 84, -1, false},
	{"creat", 85, -1, false},
	{"unlink", 87, -1, false},
	{"symlink", 88, -1, false},
	{"chmod", 90, -1, false},
	{"ptrace", 101, 117, false},
	{"rt_sigtimedwait", 128, 137, false},
	{"rt_sigsuspend", 130, 133, false},
	{"mlock", 149, 228, false},
	{"sync", 162, 81, false},
	{"futex", 202, 98, false},
	{"io_getevents", 208, 4, false},
	{"io_submit", 209, 2, false},
	{"getdents64", 217, 61, true},
	{"restart_syscall", 219, 128, false},
	{"semtimedop", 220, 192, false},
	{"clock_nanosleep", 230, 115, false},
	{"epoll_wait", 232, -1, true},
	{"epoll_ctl", 233, 21, true},
	{"tgkill", 234, 131, false},
	{"mq_timedsend", 242, 182, true},
	{"mq_timedreceive", 243, 183, true},
	{"waitid", 247, 95, false},
	{"inotify_add_watch", 254, 27, false},
	{"openat", 257, 56, false},
	{"mkdirat", 258, 34, false},
	{"newfstatat", 262, 79, false},
	{"unlinkat", 263, 35, false},
	{"readlinkat", 267, 78, false},
	{"faccessat", 269, 48, false},
	{"pselect6", 270, 72, false},
	{"ppoll", 271, 73, false},
	{"splice", 275, 76, true},
	{"tee", 276, 77, true},
	{"sync_file_range", 277, 84, true},
	{"vmsplice", 278, 75, true},
	{"epoll_pwait", 281, 22, true},
	{"fallocate", 285, 47, true},
	{"accept4", 288, 242, true},
	{"preadv", 295, 69, true},
	{"pwritev", 296, 70, true},
	{"recvmmsg", 299, 243, true},
	{"syncfs", 306, 267, true},
	{"sendmmsg", 307, 269, true},
	{"process_vm_readv", 310, 270, false},
	{"process_vm_writev", 311, 271, false},
	{"renameat2", 316, 276, false},
	{"getrandom", 318, 278, false},
	{"copy_file_range", 326, 285, true},
	{"preadv2", 327, 286, true},
	{"pwritev2", 328, 287, true},
	{"statx", 332, 291, false},
	{"io_pgetevents", 333, 292, false},
	{"io_uring_enter", 426, 426, true},
	{"pidfd_open", 434, 434, false},
	{"clone3", 435, 435, false},
	{"openat2", 437, 437, false},
	{"epoll_pwait2", 441, 441, true},
	{"futex_waitv", 449, 449, false},
};
/* clang-format on */

/* Its place in the table, or -1. */
static int find(const char *machine, int number)
{
	bool arm = !strcmp(machine, "aarch64");

	if (number < 0 || (!arm && strcmp(machine, "x86_64") != 0))
		return -1;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if ((arm ? calls[i].aarch64 : calls[i].x86_64) == number)
			return i;
	return -1;
}

const char *syscall_name(const char *machine, int number)
{
	int at = find(machine, number);

	return at < 0 ? NULL : calls[at].name;
}

bool syscall_has_fd(const char *machine, int number)
{
	int at = find(machine, number);

	return at >= 0 && calls[at].has_fd;
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads /proc/PID/limits, /proc/PID/fd and /proc/sys/fs/file-nr; keeps nothing.
 */
#include "capture/fd_limits.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* "Max open files            1024                 524288               files" */
static void read_limits(pid_t pid, struct st_process_limits *out)
{
	unsigned long long soft, hard;
	char path[64], line[256];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/limits", pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "Max open files %llu %llu", &soft, &hard) == 2) {
			out->nofile_soft = soft;
			out->nofile_hard = hard;
		}
	if (file)
		fclose(file);
}

static __u64 count_entries(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	__u64 n = 0;

	if (!dir)
		return ST_UNKNOWN;
	while ((entry = readdir(dir)))
		n += entry->d_name[0] != '.';
	closedir(dir);
	return n;
}

/* The folder's size is the number of its entries since 6.2; before it is 0, and to read the
 * folder takes the privilege to trace the process. */
static void read_open(pid_t pid, struct st_process_limits *out)
{
	struct stat folder;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	out->fds_open = !stat(path, &folder) && folder.st_size > 0 ? (__u64)folder.st_size
								   : count_entries(path);
}

static void read_machine(struct st_process_limits *out)
{
	FILE *file = fopen("/proc/sys/fs/file-nr", "re");
	unsigned long long allocated, unused, max;

	if (file && fscanf(file, "%llu %llu %llu", &allocated, &unused, &max) == 3) {
		out->files_open = allocated - unused;
		out->files_max = max;
	}
	if (file)
		fclose(file);
}

void fd_limits_read(pid_t pid, struct st_process_limits *out)
{
	out->pid = pid;
	out->nofile_soft = out->nofile_hard = out->fds_open = ST_UNKNOWN;
	out->files_open = out->files_max = ST_UNKNOWN;
	read_limits(pid, out);
	read_open(pid, out);
	read_machine(out);
}

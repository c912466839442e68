/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads links; keeps nothing.
 */
#include "capture/owners.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char prefix[] = "socket:[";

uint64_t owners_inode(int dir, const char *name)
{
	char target[64];
	ssize_t n = readlinkat(dir, name, target, sizeof(target) - 1);

	if (n <= (ssize_t)sizeof(prefix))
		return 0;
	target[n] = '\0';
	return strncmp(target, prefix, sizeof(prefix) - 1)
		       ? 0
		       : strtoull(target + sizeof(prefix) - 1, NULL, 10);
}

static int find_in(pid_t pid, owners_sink *each, void *context, size_t *hidden)
{
	struct dirent *entry;
	char path[64];
	int r = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	if (!dir) {
		*hidden += errno == EACCES;
		return 0;
	}
	while (!r && (entry = readdir(dir))) {
		uint64_t inode = isdigit((unsigned char)entry->d_name[0])
					 ? owners_inode(dirfd(dir), entry->d_name)
					 : 0;

		if (inode)
			r = each(context, inode, pid, atoi(entry->d_name));
	}
	closedir(dir);
	return r;
}

int owners_find(const struct pid_list *pids, owners_sink *each, void *context, size_t *hidden)
{
	int r = 0;

	*hidden = 0;
	vec_each (pid, pids)
		if (!r)
			r = find_in(*pid, each, context, hidden);
	return r;
}

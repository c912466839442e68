/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Each mount is made in a new private mount namespace, a copy of the one before, so
 * that nothing on the host changes.
 */
#include "capture/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/log.h"

static int enter_private_namespace(void)
{
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return -errno;
	return 0;
}

/* The kernel can do without tracepoints of calls. */
static bool has_calls(const char *tracefs)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/events/syscalls/sys_enter_socket/id", tracefs);
	return !access(path, R_OK);
}

int mounts_tracefs(void)
{
	static const char *const places[] = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};
	int r;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (has_calls(places[i]))
			return 0;
	r = enter_private_namespace();
	if (!r && mount("tracefs", places[0], "tracefs", 0, NULL))
		r = -errno;
	if (!r && !has_calls(places[0]))
		r = -ENOENT;
	if (r)
		log_debug("tracefs with its syscalls is not to be had here: %s", strerror(-r));
	return r;
}

/* The directory where the whole cgroup v2 hierarchy is mounted; empty: nowhere. */
static void find_cgroup_mount(char *out, size_t size)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	char line[4096], root[1024], point[1024];

	out[0] = '\0';
	while (file && !out[0] && fgets(line, sizeof(line), file))
		if (strstr(line, " - cgroup2 ") &&
		    sscanf(line, "%*d %*d %*s %1023s %1023s", root, point) == 2 &&
		    !strcmp(root, "/"))
			snprintf(out, size, "%s", point);
	if (file)
		fclose(file);
}

static int open_private_cgroup(void)
{
	char point[] = "/tmp/socktrace-cgroup-XXXXXX";
	int fd, r = enter_private_namespace();

	if (r)
		return r;
	if (!mkdtemp(point))
		return -errno;
	fd = mount("cgroup2", point, "cgroup2", 0, NULL)
		     ? -errno
		     : open(point, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	umount2(point, MNT_DETACH);
	rmdir(point);
	return fd;
}

int mounts_cgroup_root(void)
{
	char point[1024];
	int fd;

	find_cgroup_mount(point, sizeof(point));
	if (!point[0])
		return open_private_cgroup();
	fd = open(point, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int mounts_cgroup_id(const char *path, unsigned long long *id, unsigned *level)
{
	char full[4096], point[1024];
	struct statfs fs;
	struct stat st;

	if (!realpath(path, full))
		return log_err_r(-errno, "cannot find cgroup %s: %s", path, strerror(errno));
	if (statfs(full, &fs) || fs.f_type != CGROUP2_SUPER_MAGIC || stat(full, &st))
		return log_err_r(
			-EINVAL,
			"%s is not a directory of a cgroup v2 mount (mount -t cgroup2 shows where)",
			path);
	find_cgroup_mount(point, sizeof(point));
	if (!point[0] || strncmp(full, point, strlen(point)))
		return log_err_r(-EINVAL,
				 "%s is not below %s, where the whole of cgroup v2 is mounted",
				 path, point[0] ? point : "a directory");
	*id = st.st_ino;
	*level = 0;
	for (const char *p = full + strlen(point); *p; p++)
		*level += *p == '/' && p[1];
	return 0;
}

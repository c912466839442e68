/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Finds where the cpu controller is mounted and reads what it says; keeps nothing.
 */
#include "capture/cpu_quota.h"

#include <errno.h>
#include <limits.h>
#include <mntent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_US 1000ULL

static FILE *open_below(const char *folder, const char *name)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
		return NULL;
	return fopen(path, "re");
}

/* "200000 100000" or "max 100000", in µs. */
static int read_max(const char *folder, struct st_cpu_quota *out)
{
	FILE *file = open_below(folder, "cpu.max");
	unsigned long long period = 0;
	char quota[24] = "";
	int n = file ? fscanf(file, "%23s %llu", quota, &period) : 0;

	if (file)
		fclose(file);
	out->quota_ns = strtoull(quota, NULL, 10) * NS_PER_US;
	out->period_ns = period * NS_PER_US;
	return n == 2 ? 0 : -ENOENT;
}

/* Of v1, and -1 where none is set. */
static int read_number(const char *folder, const char *name, long long *out)
{
	FILE *file = open_below(folder, name);
	int n = file ? fscanf(file, "%lld", out) : 0;

	if (file)
		fclose(file);
	return n == 1 ? 0 : -ENOENT;
}

static int read_cfs(const char *folder, struct st_cpu_quota *out)
{
	long long quota, period;

	if (read_number(folder, "cpu.cfs_quota_us", &quota) ||
	    read_number(folder, "cpu.cfs_period_us", &period))
		return -ENOENT;
	out->quota_ns = quota > 0 ? (__u64)quota * NS_PER_US : 0;
	out->period_ns = period > 0 ? (__u64)period * NS_PER_US : 0;
	return 0;
}

static void read_stat(const char *folder, struct st_cpu_quota *out)
{
	FILE *file = open_below(folder, "cpu.stat");
	unsigned long long value;
	char key[32];

	while (file && fscanf(file, "%31s %llu", key, &value) == 2) {
		if (!strcmp(key, "nr_periods"))
			out->periods = value;
		else if (!strcmp(key, "nr_throttled"))
			out->throttled = value;
		else if (!strcmp(key, "throttled_usec")) /* v2 */
			out->throttled_ns = value * NS_PER_US;
		else if (!strcmp(key, "throttled_time")) /* v1 */
			out->throttled_ns = value;
	}
	if (file)
		fclose(file);
}

static int read_one(const char *folder, unsigned version, struct st_cpu_quota *out)
{
	int r = version == 2 ? read_max(folder, out) : read_cfs(folder, out);

	if (r)
		return r;
	out->version = version;
	read_stat(folder, out);
	/* what does not fit would name another cgroup */
	if (strlen(folder) <= sizeof(out->path))
		memcpy(out->path, folder, strlen(folder));
	return 0;
}

static bool tighter(const struct st_cpu_quota *quota, const struct st_cpu_quota *than)
{
	if (!than->version || !quota->quota_ns || !quota->period_ns)
		return !than->version;
	return !than->quota_ns || (double)quota->quota_ns / (double)quota->period_ns <
					  (double)than->quota_ns / (double)than->period_ns;
}

static void keep_tightest(const char *folder, unsigned version, struct st_cpu_quota *tightest)
{
	struct st_cpu_quota quota = {.h = tightest->h, .pid = tightest->pid};

	if (!read_one(folder, version, &quota) && tighter(&quota, tightest))
		*tightest = quota;
}

int cpu_quota_below(const char *root, const char *path, unsigned version, struct st_cpu_quota *out)
{
	char folder[PATH_MAX];
	size_t root_len = strlen(root);

	out->version = 0;
	if (strstr(path, "/..") || snprintf(folder, sizeof(folder), "%s%s", root,
					    strcmp(path, "/") ? path : "") >= (int)sizeof(folder))
		return -ENOENT; /* it is outside of what this cgroup namespace shows */
	keep_tightest(folder, version, out);
	while (strlen(folder) > root_len) {
		*strrchr(folder, '/') = '\0';
		keep_tightest(folder, version, out);
	}
	return out->version ? 0 : -ENOENT;
}

/* Whether the word is one of the list, which commas separate. */
static bool list_has(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = list; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
		if (!strncmp(at, word, len) && (!at[len] || at[len] == ','))
			return true;
	return false;
}

/* The hierarchy that has the cpu controller: one of v1 if there is, else v2. */
static unsigned find_mount(char *root, size_t size)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	unsigned version = 0;
	struct mntent *mount;

	while (mounts && version != 1 && (mount = getmntent(mounts))) {
		bool v1 = !strcmp(mount->mnt_type, "cgroup") && list_has(mount->mnt_opts, "cpu");

		if (!v1 && (version || strcmp(mount->mnt_type, "cgroup2")))
			continue;
		version = v1 ? 1 : 2;
		snprintf(root, size, "%s", mount->mnt_dir);
	}
	if (mounts)
		endmntent(mounts);
	return version;
}

/* "4:cpu,cpuacct:/user.slice", of v2 "0::/user.slice". */
static int read_path(pid_t pid, unsigned version, char *out, size_t size)
{
	char name[64], *line = NULL;
	size_t capacity = 0;
	int r = -ENOENT;
	FILE *file;

	snprintf(name, sizeof(name), "/proc/%d/cgroup", pid);
	file = fopen(name, "re");
	if (!file)
		return -ESRCH;
	while (r && getline(&line, &capacity, file) > 0) {
		char *controllers = strchr(line, ':');
		char *path = controllers ? strchr(controllers + 1, ':') : NULL;

		if (!path)
			continue;
		*path++ = '\0';
		path[strcspn(path, "\n")] = '\0';
		controllers++;
		if (version == 1 ? !list_has(controllers, "cpu") : strncmp(line, "0:", 2) != 0)
			continue;
		r = snprintf(out, size, "%s", path) < (int)size ? 0 : -ENOENT;
	}
	free(line);
	fclose(file);
	return r;
}

int cpu_quota_read(pid_t pid, struct st_cpu_quota *out)
{
	char root[PATH_MAX], path[PATH_MAX];
	unsigned version = find_mount(root, sizeof(root));
	int r = version ? read_path(pid, version, path, sizeof(path)) : -ENOENT;

	return r ? r : cpu_quota_below(root, path, version, out);
}

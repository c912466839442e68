/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Limits as they are read: CPU quotas of cgroups of both versions, in folders made for the
 * test, so that it does not depend on what this machine mounts; files of this very process.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "capture/cpu_quota.h"
#include "capture/fd_limits.h"

#define MS 1000000ULL

static char root[64];

static void put(const char *folder, const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s%s/%s", root, folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void make(const char *folder)
{
	char path[256];

	snprintf(path, sizeof(path), "%s%s", root, folder);
	assert_int_equal(mkdir(path, 0755), 0);
}

static int setup(void **state)
{
	(void)state;
	snprintf(root, sizeof(root), "/tmp/socktrace-quota-XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int teardown(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", root);
	return system(command);
}

static struct st_cpu_quota below(const char *path, unsigned version, int expected)
{
	struct st_cpu_quota quota = {.pid = 7};

	assert_int_equal(cpu_quota_below(root, path, version, &quota), expected);
	assert_int_equal(quota.pid, 7);
	return quota;
}

static void test_version_2(void **state)
{
	struct st_cpu_quota quota;

	(void)state;
	make("/web");
	put("/web", "cpu.max", "50000 100000\n");
	put("/web", "cpu.stat",
	    "usage_usec 9\nnr_periods 20\nnr_throttled 5\nthrottled_usec 7000\nnr_bursts 0\n");
	quota = below("/web", 2, 0);
	assert_int_equal(quota.version, 2);
	assert_int_equal(quota.quota_ns, 50 * MS);
	assert_int_equal(quota.period_ns, 100 * MS);
	assert_int_equal(quota.periods, 20);
	assert_int_equal(quota.throttled, 5);
	assert_int_equal(quota.throttled_ns, 7 * MS);
	assert_string_equal(quota.path + strlen(root), "/web");
}

static void test_version_1(void **state)
{
	struct st_cpu_quota quota;

	(void)state;
	make("/web");
	put("/web", "cpu.cfs_quota_us", "4000\n");
	put("/web", "cpu.cfs_period_us", "200000\n");
	put("/web", "cpu.stat", "nr_periods 20\nnr_throttled 5\nthrottled_time 7000000\n");
	quota = below("/web", 1, 0);
	assert_int_equal(quota.version, 1);
	assert_int_equal(quota.quota_ns, 4 * MS);
	assert_int_equal(quota.throttled_ns, 7 * MS);
	put("/web", "cpu.cfs_quota_us", "-1\n");
	assert_int_equal(below("/web", 1, 0).quota_ns, 0);
}

/* The tightest on the way up counts, wherever it stands. */
static void test_ancestors(void **state)
{
	struct st_cpu_quota quota;

	(void)state;
	make("/web");
	make("/web/pool");
	put("/web", "cpu.max", "100000 1000000\n");
	put("/web/pool", "cpu.max", "50000 100000\n");
	quota = below("/web/pool", 2, 0);
	assert_int_equal(quota.quota_ns, 100 * MS);
	assert_string_equal(quota.path + strlen(root), "/web");
	put("/web/pool", "cpu.max", "1000 100000\n");
	assert_string_equal(below("/web/pool", 2, 0).path + strlen(root), "/web/pool");
	put("/web/pool", "cpu.max", "max 100000\n");
	assert_string_equal(below("/web/pool", 2, 0).path + strlen(root), "/web");
	put("/web", "cpu.max", "max 100000\n");
	quota = below("/web/pool", 2, 0);
	assert_int_equal(quota.quota_ns, 0);
	assert_string_equal(quota.path + strlen(root), "/web/pool");
}

static void test_unreadable(void **state)
{
	(void)state;
	below("/gone", 2, -ENOENT);
	below("/../elsewhere", 2, -ENOENT);
	make("/web");
	put("/web", "cpu.max", "nonsense\n");
	below("/web", 2, -ENOENT);
}

static void test_files_of_this_process(void **state)
{
	struct st_process_limits limits = {0};
	struct rlimit limit;
	__u64 before;
	int fd;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	fd_limits_read(getpid(), &limits);
	assert_int_equal(limits.pid, getpid());
	assert_int_equal(limits.nofile_soft, limit.rlim_cur);
	assert_int_equal(limits.nofile_hard, limit.rlim_max);
	assert_in_range(limits.files_open, 1, limits.files_max);
	before = limits.fds_open;
	fd = dup(STDOUT_FILENO);
	fd_limits_read(getpid(), &limits);
	close(fd);
	assert_int_equal(limits.fds_open, before + 1);
}

static void test_files_of_nobody(void **state)
{
	struct st_process_limits limits = {0};

	(void)state;
	fd_limits_read(INT32_MAX, &limits);
	assert_true(limits.nofile_soft == ST_UNKNOWN && limits.fds_open == ST_UNKNOWN);
	assert_true(limits.files_max != ST_UNKNOWN);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(test_version_2),
		test(test_version_1),
		test(test_ancestors),
		test(test_unreadable),
		cmocka_unit_test(test_files_of_this_process),
		cmocka_unit_test(test_files_of_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

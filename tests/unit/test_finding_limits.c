/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What findings say of the limits that a server lives under: open files, CPU quota.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scene.h"

#define T0 BUILD_T0

/* Half way through, by its time, limits are read. */
static const struct finding *runs_out(struct scene *scene, __s32 err,
				      const struct st_process_limits *limits)
{
	scene_runs_out(scene, err);
	if (limits)
		build_feed(scene->model, limits);
	scene_passes(scene, T0 + 3000 * MS);
	return scene_only(scene);
}

static void test_files_of_the_process(void **state)
{
	struct st_process_limits limits = build_limits(T0 + 1505 * MS, SCENE_PID, 40, 4096, 38);
	const struct finding *finding = runs_out(*state, EMFILE, &limits);

	assert_int_equal(finding->rule, RULE_ACCEPTOR_OUT_OF_FDS);
	assert_int_equal(scene_evidence(finding, "nofile_soft"), 40);
	assert_int_equal(scene_evidence(finding, "nofile_hard"), 4096);
	assert_int_equal(scene_evidence(finding, "fds_open"), 38);
	assert_true(scene_says(finding, "38 files open; its limit, RLIMIT_NOFILE, is 40"));
	assert_string_equal(finding->advice.items[0].present, "40");
	assert_string_equal(finding->advice.items[0].proposed, "1024");
	assert_string_equal(finding->advice.items[0].command,
			    "prlimit --pid 200 --nofile=1024:4096");
}

/* The proposal is four times what there is, and above it. */
static void test_more_files_of_the_process(void **state)
{
	struct st_process_limits limits = build_limits(T0 + 1505 * MS, SCENE_PID, 1024, 1024, 1024);
	const struct finding *finding = runs_out(*state, EMFILE, &limits);

	assert_string_equal(finding->advice.items[0].command,
			    "prlimit --pid 200 --nofile=4096:4096");
}

/* Whatever a recording says: no number overflows. */
static void test_files_without_end(void **state)
{
	struct st_process_limits limits =
		build_limits(T0 + 1505 * MS, SCENE_PID, INT64_MAX, INT64_MAX, INT64_MAX);
	const struct finding *finding = runs_out(*state, EMFILE, &limits);

	assert_int_equal(scene_evidence(finding, "nofile_soft"), INT64_MAX);
	assert_string_equal(finding->advice.items[0].proposed, "2147483648");
}

static void test_files_of_the_machine(void **state)
{
	struct st_process_limits limits = build_limits(T0 + 1505 * MS, SCENE_PID, 1024, 4096, 38);
	const struct finding *finding = runs_out(*state, ENFILE, &limits);

	assert_int_equal(finding->rule, RULE_ACCEPTOR_OUT_OF_FDS);
	assert_int_equal(scene_evidence(finding, "files_open"), 9000);
	assert_int_equal(scene_evidence(finding, "files_max"), 10000);
	assert_string_equal(finding->advice.items[0].present, "10000");
	assert_string_equal(finding->advice.items[0].command, "sysctl -w fs.file-max=20000");
}

/* Never read, or not to be read: no numbers are made up. */
static void test_files_unknown(void **state)
{
	struct st_process_limits limits =
		build_limits(T0 + 1505 * MS, SCENE_PID, 40, 40, ST_UNKNOWN);
	const struct finding *finding = runs_out(*state, EMFILE, NULL);

	assert_int_equal(scene_evidence(finding, "nofile_soft"), -1);
	assert_int_equal(scene_evidence(finding, "fds_open"), -1);
	assert_false(scene_says(finding, "RLIMIT_NOFILE"));
	assert_null(finding->advice.items[0].present);
	build_feed(((struct scene *)*state)->model, &limits);
	finding = scene_only(*state);
	assert_int_equal(scene_evidence(finding, "nofile_soft"), 40);
	assert_int_equal(scene_evidence(finding, "fds_open"), -1);
}

/* It waits for a CPU for nine tenths of the time; its quota is read long before, some times just
 * before, and now and then meanwhile. */
static const struct finding *starves(struct scene *scene, int before, bool within)
{
	scene_listens(scene, 5, 5, 4096);
	feed(scene->model, build_quota(T0 - 900 * US, SCENE_PID, 1, 1));
	for (int i = 0; i < before; i++)
		feed(scene->model,
		     build_quota(T0 + (9700 + 100 * i) * MS, SCENE_PID, 44 + i, 38 + i));
	for (int i = 0; i < 90; i++) {
		__u64 t = T0 + 10000 * MS + i * 33 * MS;

		scene_comes(scene, t);
		scene->runnable += 31 * MS;
		scene->running += 100 * US;
		if (i % 3 == 2)
			scene_accepts(scene, t + 10 * MS);
		if (within && i % 6 == 1)
			feed(scene->model,
			     build_quota(t + 20 * MS, SCENE_PID, 50 + i / 6, 40 + i / 6));
	}
	scene_passes(scene, T0 + 13000 * MS);
	return scene_only(scene);
}

/* What was long before the episode does not count into it; what was just before does. */
static void test_quota(void **state)
{
	const struct finding *finding = starves(*state, 2, true);

	assert_int_equal(finding->rule, RULE_ACCEPTOR_STARVED);
	assert_int_equal(scene_evidence(finding, "cpu_quota_ns"), 4 * MS);
	assert_int_equal(scene_evidence(finding, "cpu_period_ns"), 200 * MS);
	assert_int_equal(scene_evidence(finding, "cpu_periods"), 19);
	assert_int_equal(scene_evidence(finding, "cpu_periods_throttled"), 15);
	assert_int_equal(scene_evidence(finding, "cpu_throttled_ns"), 15 * 150 * MS);
	assert_true(scene_says(finding, "The cgroup /sys/fs/cgroup/web.slice may have 4 ms of "
					"CPU time in each 200 ms; it was throttled in 15 of 19 "
					"periods, in all for 2.25 s."));
	assert_string_equal(finding->advice.items[0].present, "4000 200000");
	assert_non_null(strstr(finding->advice.items[0].command,
			       " 200000 > '/sys/fs/cgroup/web.slice/cpu.max'"));
}

static void test_quota_of_the_episode(void **state)
{
	const struct finding *finding = starves(*state, 0, true);

	assert_int_equal(scene_evidence(finding, "cpu_periods"), 14);
	assert_int_equal(scene_evidence(finding, "cpu_periods_throttled"), 14);
}

static void test_quota_not_reached(void **state)
{
	const struct finding *finding = starves(*state, 0, false);

	assert_int_equal(finding->rule, RULE_ACCEPTOR_STARVED);
	assert_int_equal(scene_evidence(finding, "cpu_quota_ns"), 4 * MS);
	assert_int_equal(scene_evidence(finding, "cpu_periods_throttled"), 0);
	assert_true(scene_says(finding, "it was not seen throttled"));
	assert_null(finding->advice.items[0].command);
}

/* Stopped and frozen are told apart. */
static const struct finding *held(struct scene *scene, enum st_thread_state how)
{
	scene_listens(scene, 5, 5, 4096);
	for (int i = 0; i < 60; i++) {
		scene_comes(scene, T0 + i * 50 * MS);
		scene_sampled(scene, T0 + i * 50 * MS + MS, how);
	}
	scene_passes(scene, T0 + 3000 * MS);
	return scene_only(scene);
}

static void test_stopped(void **state)
{
	const struct finding *finding = held(*state, ST_THREAD_STOPPED);

	assert_int_equal(finding->rule, RULE_ACCEPTOR_STARVED);
	assert_in_range(scene_evidence(finding, "stopped_ns"), 2900 * MS, 3000 * MS);
	assert_int_equal(scene_evidence(finding, "frozen_ns"), 0);
	assert_int_equal(scene_evidence(finding, "cpu_quota_ns"), -1);
	assert_int_equal(scene_evidence(finding, "cpu_throttled_ns"), -1);
	assert_true(scene_says(finding, "stopped by a signal"));
	assert_string_equal(finding->advice.items[0].command, "kill -CONT 200");
}

static void test_frozen(void **state)
{
	const struct finding *finding = held(*state, ST_THREAD_FROZEN);

	assert_int_equal(finding->rule, RULE_ACCEPTOR_STARVED);
	assert_in_range(scene_evidence(finding, "frozen_ns"), 2900 * MS, 3000 * MS);
	assert_true(scene_says(finding, "frozen by its cgroup"));
	assert_string_equal(finding->advice.items[0].action, "thaw it");
}

#define test(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(test_files_of_the_process),
		test(test_more_files_of_the_process),
		test(test_files_without_end),
		test(test_files_of_the_machine),
		test(test_files_unknown),
		test(test_quota),
		test(test_quota_of_the_episode),
		test(test_quota_not_reached),
		test(test_stopped),
		test(test_frozen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * When limits are read: what makes them matter, how often at the most, what is forgotten.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "build.h"
#include "capture/limits.h"

struct told {
	struct limits *limits;
	unsigned fds; /* records of files */
};

static int on_record(void *context, const void *record, size_t size)
{
	const struct st_process_limits *limits = record;
	struct told *told = context;

	if (limits->h.type != ST_PROCESS_LIMITS)
		return 0;
	assert_int_equal(size, sizeof(*limits));
	if (limits->pid == (__u32)getpid())
		assert_in_range(limits->fds_open, 1, limits->nofile_soft);
	told->fds++;
	return 0;
}

static int setup(void **state)
{
	static struct told told;

	told = (struct told){0};
	*state = &told;
	return limits_new(on_record, &told, &told.limits);
}

static int teardown(void **state)
{
	struct told *told = *state;

	limits_free(&told->limits);
	return told->limits ? -1 : 0;
}

static void accept_returns(struct told *told, __u32 pid, __s32 ret)
{
	struct st_sock none = {0};
	struct st_call call = build_call(ST_CALL_ACCEPT, BUILD_T0, none, pid, 3, ret);

	limits_note(told->limits, &call.h);
}

static void test_without_fds(void **state)
{
	struct told *told = *state;

	accept_returns(told, getpid(), 4);
	accept_returns(told, getpid(), -EAGAIN);
	assert_int_equal(told->fds, 0);
	accept_returns(told, getpid(), -EMFILE);
	assert_int_equal(told->fds, 1);
}

/* A server that tries again and again is not read again and again. */
static void test_pace(void **state)
{
	struct told *told = *state;

	for (int i = 0; i < 1000; i++)
		accept_returns(told, getpid(), i % 2 ? -EMFILE : -ENFILE);
	assert_int_equal(told->fds, 1);
}

/* Nor are many workers one after the other, each at its own pace. */
static void test_pace_of_all(void **state)
{
	struct told *told = *state;

	for (__u32 pid = 1; pid <= 1000; pid++)
		accept_returns(told, pid, -EMFILE);
	assert_in_range(told->fds, 1, 200);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(test_without_fds),
		test(test_pace),
		test(test_pace_of_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

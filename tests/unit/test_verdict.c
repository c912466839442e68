/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How a verdict is laid out: within 80 columns, on a wide terminal, without line drawing. And the
 * survey, a line each.
 */
#include <errno.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "golden.h"
#include "render/survey.h"
#include "render/text.h"
#include "render/verdict.h"
#include "scene.h"

#define T0 BUILD_T0

static void runs_out_of_fds(struct scene *scene)
{
	scene_runs_out(scene, EMFILE);
	feed(scene->model, build_limits(T0 + 2960 * MS, SCENE_PID, 40, 4096, 40));
	scene_passes(scene, T0 + 3000 * MS);
	assert_int_equal(findings_of(scene->model, &scene->findings), 0);
}

static void widest(const struct strbuf *text, size_t columns)
{
	for (const char *at = strbuf_text(text); *at;) {
		size_t len = strcspn(at, "\n");

		assert_in_range(text_width(at, len), 0, columns);
		at += len + (at[len] == '\n');
	}
}

static void check(struct scene *scene, const char *name, const struct style *style)
{
	struct strbuf out = STRBUF_INIT;

	runs_out_of_fds(scene);
	/* somaxconn and the backlog asked for do not fit beside a long name */
	strcpy(scene->model->processes.items[0]->names.items[0].comm, "a-long-name-of");
	assert_int_equal(verdicts(style, scene->model, &scene->findings, true, &out), 0);
	widest(&out, style->width);
	golden_check(name, &out);
	strbuf_release(&out);
}

static void test_80_columns(void **state)
{
	struct style style = {.width = 80};

	check(*state, "verdict-80.txt", &style);
}

static void test_wide(void **state)
{
	struct style style = {.width = 160};

	check(*state, "verdict-wide.txt", &style);
}

static void test_ascii(void **state)
{
	struct style style = {.width = 80, .ascii = true};

	check(*state, "verdict-ascii.txt", &style);
}

/* Its columns give way to the verdict: process, then address. */
static void test_survey(void **state)
{
	struct scene *scene = *state;
	struct style style = {.width = 80};

	runs_out_of_fds(scene);
	strcpy(scene->model->processes.items[0]->names.items[0].comm, "a-long-name-of");
	for (; style.width >= 76; style.width -= 4) {
		struct strbuf out strbuf_cleanup = STRBUF_INIT;

		assert_int_equal(survey(&style, &scene->findings, &out), 0);
		widest(&out, style.width);
		golden_check(style.width == 80 ? "survey-80.txt" : "survey-76.txt", &out);
	}
}

#define test(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(test_80_columns),
		test(test_wide),
		test(test_ascii),
		test(test_survey),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

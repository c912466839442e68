/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which rule an episode is called by: each is told as records, as the kernel side would.
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

static bool advises(const struct finding *finding, const char *text)
{
	vec_each (advice, &finding->advice)
		if (strstr(advice->text, text) ||
		    (advice->command && strstr(advice->command, text)))
			return true;
	return false;
}

static bool contributes(const struct finding *finding, enum rule rule)
{
	vec_each (it, &finding->contributing)
		if (*it == rule)
			return true;
	return false;
}

#define assert_rule(finding, name) assert_string_equal(rule_text((finding)->rule), name)

/* 30 clients a second, one accepted every 300 ms. */
static void slow_seconds(struct scene *scene, __u64 t, unsigned seconds)
{
	for (unsigned i = 0; i < seconds * 30; i++) {
		scene_comes(scene, t + i * 33 * MS);
		if (i % 9 == 8)
			scene_accepts(scene, t + i * 33 * MS + 10 * MS);
	}
}

static void test_slow(void **state)
{
	struct scene *scene = *state;
	const struct finding *finding;

	scene_listens(scene, 5, 5, 4096);
	slow_seconds(scene, T0, 3);
	scene_passes(scene, T0 + 3000 * MS);
	finding = scene_only(scene);
	assert_rule(finding, "acceptor-slow");
	assert_int_equal(finding->severity, SEVERITY_CRITICAL);
	assert_true(finding->complete);
	assert_int_equal(scene_evidence(finding, "drops_syn"), 75);
	assert_int_equal(scene_evidence(finding, "accepted"), 10);
	assert_int_equal(scene_evidence(finding, "accept_gap_p50_ns"), 297 * MS);
	assert_int_equal(finding->start_ns, T0 - BUILD_START_NS);
	assert_true(advises(finding, "socktrace set-backlog 256 -p 200 -L 8088"));
}

/* 300 ms of nothing under 2,000 clients a second, then all at once. */
static void test_stall(void **state)
{
	struct scene *scene = *state;
	__u64 t = T0;

	scene_listens(scene, 128, 128, 4096);
	for (int i = 0; i < 200; i++, t += 500 * US) {
		scene_comes(scene, t);
		scene_accepts(scene, t + 20 * US);
	}
	for (int i = 0; i < 600; i++, t += 500 * US)
		scene_comes(scene, t);
	for (int i = 0; i < 129; i++, t += 20 * US)
		scene_accepts(scene, t);
	scene_passes(scene, t + 5000 * MS);
	assert_rule(scene_only(scene), "acceptor-slow");
	assert_int_equal(scene_evidence(scene_only(scene), "drops_syn"), 471);
}

static void test_stopped(void **state)
{
	struct scene *scene = *state;

	scene_listens(scene, 5, 5, 4096);
	for (int i = 0; i < 60; i++)
		scene_comes(scene, T0 + i * 50 * MS);
	scene_passes(scene, T0 + 3100 * MS);
	assert_rule(scene_only(scene), "acceptor-stopped");
	assert_int_equal(scene_evidence(scene_only(scene), "depth_max"), 6);
	assert_int_equal(scene_evidence(scene_only(scene), "accepted"), 0);
}

/* The same, but it is a signal that keeps it from running. */
static void test_starved_by_a_signal(void **state)
{
	struct scene *scene = *state;

	scene_listens(scene, 5, 5, 4096);
	for (int i = 0; i < 60; i++) {
		scene_comes(scene, T0 + i * 50 * MS);
		scene_sampled(scene, T0 + i * 50 * MS + MS, ST_THREAD_STOPPED);
	}
	scene_passes(scene, T0 + 3000 * MS);
	assert_rule(scene_only(scene), "acceptor-starved");
	assert_true(advises(scene_only(scene), "kill -CONT 200"));
}

/* It waits for a CPU for nine tenths of the time. */
static void test_starved_by_its_quota(void **state)
{
	struct scene *scene = *state;

	scene_listens(scene, 5, 5, 4096);
	for (int i = 0; i < 90; i++) {
		scene_comes(scene, T0 + i * 33 * MS);
		scene->runnable += 31 * MS;
		scene->running += 100 * US;
		if (i % 3 == 2)
			scene_accepts(scene, T0 + i * 33 * MS + 10 * MS);
	}
	scene_passes(scene, T0 + 3000 * MS);
	assert_rule(scene_only(scene), "acceptor-starved");
}

static void test_out_of_fds(void **state)
{
	struct scene *scene = *state;

	scene_runs_out(scene, EMFILE);
	scene_passes(scene, T0 + 3000 * MS);
	assert_rule(scene_only(scene), "acceptor-out-of-fds");
	assert_int_equal(scene_evidence(scene_only(scene), "errno"), EMFILE);
	assert_int_equal(scene_evidence(scene_only(scene), "failures"), 50);
}

/* Eight at once; another only when one has ended. */
static void test_at_limit(void **state)
{
	struct scene *scene = *state;
	__u64 ended = 1000;

	scene_listens(scene, 5, 5, 4096);
	for (int i = 0; i < 90; i++) {
		__u64 t = T0 + i * 33 * MS;

		scene_comes(scene, t);
		if (i < 8) {
			scene_accepts(scene, t + MS);
		} else if (i % 5 == 0) {
			scene_ends(scene, t + 2 * MS, ended++);
			scene_accepts(scene, t + 2 * MS + 300 * US);
		}
	}
	scene_passes(scene, T0 + 3000 * MS);
	assert_rule(scene_only(scene), "acceptor-at-limit");
	assert_int_equal(scene_evidence(scene_only(scene), "open_connections_max"), 8);
}

/* 300 clients at once, taken 20 µs after each other. */
static void burst(struct scene *scene)
{
	for (int i = 0; i < 300; i++) {
		scene_comes(scene, T0 + i * 5 * US);
		if (i % 4 == 3)
			scene_accepts(scene, T0 + i * 5 * US + US);
	}
	for (__u64 t = T0 + 1510 * US; scene->depth; t += 20 * US)
		scene_accepts(scene, t);
	scene_passes(scene, T0 + 5000 * MS);
}

static void test_too_small(void **state)
{
	struct scene *scene = *state;

	scene_listens(scene, 16, 16, 4096);
	burst(scene);
	assert_rule(scene_only(scene), "backlog-too-small");
	assert_in_range(scene_evidence(scene_only(scene), "backlog_needed"), 200, 230);
	assert_true(advises(scene_only(scene), "set-backlog 512"));
}

static void test_clamped(void **state)
{
	struct scene *scene = *state;

	scene_listens(scene, 511, 16, 16);
	burst(scene);
	assert_rule(scene_only(scene), "backlog-clamped");
	assert_true(advises(scene_only(scene), "net.core.somaxconn=512"));
}

static void test_stale(void **state)
{
	struct scene *scene = *state;

	scene_listens(scene, 511, 16, 4096);
	burst(scene);
	assert_rule(scene_only(scene), "backlog-stale");
}

/* The cause is the acceptor's, but it is true as well that the backlog was cut. */
static void test_slow_and_clamped(void **state)
{
	struct scene *scene = *state;

	scene_listens(scene, 511, 5, 5);
	slow_seconds(scene, T0, 3);
	scene_passes(scene, T0 + 3000 * MS);
	assert_rule(scene_only(scene), "acceptor-slow");
	assert_true(contributes(scene_only(scene), RULE_BACKLOG_CLAMPED));
}

/* 2,500 a second come, 1,600 a second are taken, and it never rests. */
static void test_capacity(void **state)
{
	struct scene *scene = *state;
	__u64 next = T0 + 600 * US;

	scene_listens(scene, 128, 128, 4096);
	for (int i = 0; i < 7500; i++) {
		__u64 t = T0 + i * 400 * US;

		for (; next < t && scene->depth; next += 625 * US) {
			scene->running += 620 * US;
			scene_accepts(scene, next);
		}
		scene_comes(scene, t);
	}
	scene_passes(scene, T0 + 3000 * MS);
	assert_rule(scene_only(scene), "capacity-exceeded");
}

static void test_queue_of_handshakes(void **state)
{
	struct scene *scene = *state;

	scene_listens(scene, 128, 128, 4096);
	for (int i = 0; i < 50; i++)
		scene_drop(scene, T0 + i * MS, ST_DROP_COOKIE, 1000 + i);
	scene_passes(scene, T0 + 5000 * MS);
	assert_rule(scene_only(scene), "syn-queue-cookies");
	assert_int_equal(scene_only(scene)->severity, SEVERITY_WARNING);
	scene_drop(scene, T0 + 100 * MS, ST_DROP_SYN_QUEUE, 5);
	assert_rule(scene_only(scene), "syn-queue-full");
}

static void test_other_drops(void **state)
{
	struct scene *scene = *state;

	scene_listens(scene, 128, 128, 4096);
	scene_drop(scene, T0, ST_DROP_OTHER, 1000);
	scene_passes(scene, T0 + 5000 * MS);
	assert_rule(scene_only(scene), "listen-drop-other");
}

static void test_lost_answers(void **state)
{
	struct scene *scene = *state;

	scene_listens(scene, 128, 128, 4096);
	for (int i = 0; i < 4; i++)
		feed(scene->model, build_tcp_event(T0 + i * MS, build_tcp(scene->id, SCENE_PORT, 7),
						   ST_TCP_SYNACK_RETRANSMIT));
	scene_passes(scene, T0 + 5000 * MS);
	assert_rule(scene_only(scene), "healthy");
	feed(scene->model, build_tcp_event(T0 + 5 * MS, build_tcp(scene->id, SCENE_PORT, 7),
					   ST_TCP_SYNACK_RETRANSMIT));
	assert_rule(scene_only(scene), "handshake-loss");
}

static void test_waits(void **state)
{
	struct scene *scene = *state;

	scene_listens(scene, 100, 100, 4096);
	for (int i = 0; i < 80; i++)
		scene_comes(scene, T0 + i * 10 * US);
	for (int i = 0; i < 80; i++)
		scene_accepts(scene, T0 + (i + 1) * 40 * MS);
	scene_passes(scene, T0 + 9000 * MS);
	assert_rule(scene_only(scene), "accept-wait-high");
	assert_true(contributes(scene_only(scene), RULE_ACCEPTOR_SLOW));
}

static void test_healthy(void **state)
{
	struct scene *scene = *state;

	scene_listens(scene, 128, 128, 4096);
	for (int i = 0; i < 5000; i++) {
		scene_comes(scene, T0 + i * 500 * US);
		scene_accepts(scene, T0 + i * 500 * US + 50 * US);
	}
	scene_passes(scene, T0 + 5000 * MS);
	assert_rule(scene_only(scene), "healthy");
	assert_int_equal(scene_only(scene)->id & UINT32_MAX, 0);
	assert_null(scene_only(scene)->advice.items);
}

/* What is lost meanwhile may have changed the verdict; what is lost later may not. */
static void test_losses(void **state)
{
	struct scene *scene = *state;

	scene_listens(scene, 16, 16, 4096);
	burst(scene);
	feed(scene->model, build_loss(T0 + 6000 * MS, ST_LOSS_STATE, 3));
	assert_false(scene_only(scene)->complete);
}

static void test_losses_elsewhere(void **state)
{
	struct scene *scene = *state;

	scene_listens(scene, 16, 16, 4096);
	feed(scene->model, build_loss(T0 - 500 * US, ST_LOSS_STATE, 3));
	burst(scene);
	assert_true(scene_only(scene)->complete);
}

/* Two episodes, told as each is over, with the ids they have at the end. */
static void test_episodes(void **state)
{
	struct scene *scene = *state;
	struct findings first, second;

	scene_listens(scene, 16, 16, 4096);
	burst(scene);
	for (int i = 0; i < 100; i++)
		scene_comes(scene, T0 + 8000 * MS + i * US);
	for (int i = 0; scene->depth; i++)
		scene_accepts(scene, T0 + 8001 * MS + i * 20 * US);
	scene_passes(scene, T0 + 20000 * MS);
	assert_int_equal(findings_ended(scene->model, 0, 5000 * MS, &first), 0);
	assert_int_equal(findings_ended(scene->model, 5000 * MS, 20000 * MS, &second), 0);
	assert_int_equal(findings_of(scene->model, &scene->findings), 0);
	assert_int_equal(scene->findings.len, 2);
	assert_int_equal(first.len, 1);
	assert_int_equal(second.len, 1);
	assert_int_equal(first.items[0].id, scene->findings.items[0].id);
	assert_int_equal(second.items[0].id, scene->findings.items[1].id);
	findings_release(&first);
	findings_release(&second);
}

#define test(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(test_slow),
		test(test_stall),
		test(test_stopped),
		test(test_starved_by_a_signal),
		test(test_starved_by_its_quota),
		test(test_out_of_fds),
		test(test_at_limit),
		test(test_too_small),
		test(test_clamped),
		test(test_stale),
		test(test_slow_and_clamped),
		test(test_capacity),
		test(test_queue_of_handshakes),
		test(test_other_drops),
		test(test_lost_answers),
		test(test_waits),
		test(test_healthy),
		test(test_losses),
		test(test_losses_elsewhere),
		test(test_episodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

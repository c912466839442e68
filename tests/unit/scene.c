/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the queue as the scene has it, so that depths and drops are right.
 */
#include "scene.h"

#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

int scene_setup(void **state)
{
	struct scene *scene = test_calloc(1, sizeof(*scene));

	assert_int_equal(model_new(&scene->model, NULL), 0);
	feed(scene->model, build_host());
	scene->id = BUILD_LISTENER;
	scene->next = scene->accepted = 1000;
	scene->running = scene->runnable = MS;
	*state = scene;
	return 0;
}

int scene_teardown(void **state)
{
	struct scene *scene = *state;

	findings_release(&scene->findings);
	model_free(&scene->model);
	test_free(scene);
	return 0;
}

void scene_listens(struct scene *scene, __s32 asked, __u32 given, __s32 somaxconn)
{
	struct st_call call = build_call(ST_CALL_LISTEN, BUILD_START_NS + 100 * US,
					 build_tcp(scene->id, SCENE_PORT, 0), SCENE_PID, 3, 0);
	struct st_netns netns = build_netns(BUILD_START_NS + 110 * US, 0, 0);

	call.arg[0] = asked;
	call.backlog = scene->limit = given;
	build_feed(scene->model, &call);
	netns.somaxconn = somaxconn;
	build_feed(scene->model, &netns);
}

void scene_drop(struct scene *scene, __u64 t, enum st_drop_path path, __u16 port)
{
	feed(scene->model, build_drop(t, build_tcp(scene->id, SCENE_PORT, port), path, scene->depth,
				      scene->limit));
}

/* A client comes: into the queue, or it is turned away. */
void scene_comes(struct scene *scene, __u64 t)
{
	struct st_state state = build_state(t + US, build_tcp(scene->next, SCENE_PORT, scene->next),
					    TCP_SYN_RECV, TCP_ESTABLISHED);

	if (scene->depth > scene->limit) {
		scene_drop(scene, t, ST_DROP_SYN, 30000 + scene->dropped++);
		return;
	}
	state.queued_ns = t;
	state.listener = scene->id;
	state.depth = scene->depth++;
	state.limit = scene->limit;
	scene->next++;
	build_feed(scene->model, &state);
}

void scene_accepts_with(struct scene *scene, __u64 t, __s32 ret)
{
	__u64 id = ret < 0 ? 0 : scene->accepted;
	struct st_call call =
		build_call(ST_CALL_ACCEPT, t, build_tcp(id, SCENE_PORT, id), SCENE_PID, 3, ret);

	call.enter_ns = t - US;
	call.listener = scene->id;
	call.sock.state = TCP_ESTABLISHED;
	call.backlog = scene->limit;
	call.running_ns = scene->running;
	call.runnable_ns = scene->runnable;
	if (ret >= 0) {
		call.depth = --scene->depth;
		scene->accepted++;
	}
	build_feed(scene->model, &call);
}

void scene_accepts(struct scene *scene, __u64 t)
{
	scene_accepts_with(scene, t, 10 + (__s32)(scene->accepted % 100));
}

void scene_runs_out(struct scene *scene, __s32 err)
{
	scene_listens(scene, 5, 5, 4096);
	for (int i = 0; i < 60; i++) {
		__u64 t = BUILD_T0 + i * 50 * MS;

		scene_comes(scene, t);
		if (i < 10)
			scene_accepts(scene, t + MS);
		else
			scene_accepts_with(scene, t + MS, -err);
	}
}

void scene_ends(struct scene *scene, __u64 t, __u64 id)
{
	build_close(scene->model, t, build_tcp(id, SCENE_PORT, id), SCENE_PID,
		    10 + (__s32)(id % 100), TCP_LAST_ACK);
}

void scene_sampled(struct scene *scene, __u64 t, enum st_thread_state state)
{
	struct st_sample sample = build_sample(t, scene->id, SCENE_PID, state);

	sample.running_ns = scene->running;
	sample.runnable_ns = scene->runnable;
	build_feed(scene->model, &sample);
}

/* Nothing more happens until then. */
void scene_passes(struct scene *scene, __u64 t)
{
	feed(scene->model, build_loss(t, ST_LOSS_CALL, 0));
}

const struct finding *scene_only(struct scene *scene)
{
	findings_release(&scene->findings);
	assert_int_equal(findings_of(scene->model, &scene->findings), 0);
	assert_int_equal(scene->findings.len, 1);
	return &scene->findings.items[0];
}

int64_t scene_evidence(const struct finding *finding, const char *key)
{
	vec_each (item, &finding->evidence)
		if (!strcmp(item->key, key))
			return item->known ? item->value : -1;
	fail_msg("no evidence %s", key);
	return 0;
}

bool scene_says(const struct finding *finding, const char *text)
{
	vec_each (sentence, &finding->sentences)
		if (strstr(*sentence, text))
			return true;
	return false;
}

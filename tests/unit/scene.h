/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A listener under a load, told record by record as the kernel side would: what the tests
 * of verdicts drive.
 */
#pragma once

#include "analyze/finding.h"
#include "build.h"

#define SCENE_PID 200
#define SCENE_PORT 8088

struct scene {
	struct model *model;
	struct findings findings;
	__u64 id; /* of its socket */
	__u32 depth, limit;
	__u64 next; /* id of the next child to come, and to be accepted */
	__u64 accepted;
	__u16 dropped;
	__u64 running, runnable; /* the acceptor's clocks */
};

/* For cmocka: *state is a struct scene. */
int scene_setup(void **state);
int scene_teardown(void **state);
void scene_listens(struct scene *scene, __s32 asked, __u32 given, __s32 somaxconn);
void scene_drop(struct scene *scene, __u64 t, enum st_drop_path path, __u16 port);

/* A client comes: into the queue, or it is turned away. */
void scene_comes(struct scene *scene, __u64 t);
void scene_accepts_with(struct scene *scene, __u64 t, __s32 ret);
void scene_accepts(struct scene *scene, __u64 t);
/* It listens with a backlog of 5; in 3 s 60 come, ten are accepted, then accept() fails with
 * that errno. */
void scene_runs_out(struct scene *scene, __s32 err);
void scene_ends(struct scene *scene, __u64 t, __u64 id);
void scene_sampled(struct scene *scene, __u64 t, enum st_thread_state state);

/* Nothing more happens until then. */
void scene_passes(struct scene *scene, __u64 t);

/* The one finding there is, up to now. */
const struct finding *scene_only(struct scene *scene);
int64_t scene_evidence(const struct finding *finding, const char *key); /* -1: not known */
bool scene_says(const struct finding *finding, const char *text); /* in a sentence */

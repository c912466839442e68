/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What hooks cost whoever passes them, with programs that do nothing (hooks.bpf.c): the fastest of
 * many rounds without them and with them, in one run.
 */
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "hooks.skel.h"

#define ROUNDS 400
#define REPEATS 500
#define PROGRAMS 2
#define TRACEFS "/sys/kernel/tracing"
#define CGROUPS "/sys/fs/cgroup"

static int closing_nothing(void)
{
	close(-1);
	return 1;
}

/* From CLOSE to LISTEN and back. */
static int changing_state(void)
{
	static const struct sockaddr nobody = {.sa_family = AF_UNSPEC};
	static int fd = -1;

	if (fd < 0)
		fd = socket(AF_INET, SOCK_STREAM, 0);
	listen(fd, 1);
	connect(fd, &nobody, sizeof(nobody));
	return 2;
}

static int making_a_socket(void)
{
	close(socket(AF_INET, SOCK_STREAM, 0));
	return 1;
}

static const struct hook {
	const char *name, *programs[PROGRAMS];
	int (*passing)(void); /* gives how often that passes it */
} hooks[] = {
	{"a call, tracepoints of another on", {"enter_another", "exit_another"}, closing_nothing},
	{"a call with its two tracepoints", {"enter_close", "exit_close"}, closing_nothing},
	{"a call, tp_btf sys_enter, sys_exit", {"enter_any", "exit_any"}, closing_nothing},
	{"a step of TCP, one program", {"state"}, changing_state},
	{"a step of TCP, two programs", {"state", "state_again"}, changing_state},
	{"cgroup/sock_create, sock_release", {"create", "release"}, making_a_socket},
};

static double best_ns(int (*passing)(void))
{
	double best = 0;

	for (int round = 0; round < ROUNDS; round++) {
		struct timespec from, to;
		int passed = 0;
		double took;

		clock_gettime(CLOCK_MONOTONIC, &from);
		for (int i = 0; i < REPEATS; i++)
			passed += passing();
		clock_gettime(CLOCK_MONOTONIC, &to);
		took = ((to.tv_sec - from.tv_sec) * 1e9 + (to.tv_nsec - from.tv_nsec)) / passed;
		if (!best || took < best)
			best = took;
	}
	return best;
}

static struct bpf_link *attach(struct hooks_bpf *bpf, const char *name, int cgroups)
{
	struct bpf_program *program = bpf_object__find_program_by_name(bpf->obj, name);

	return bpf_program__type(program) == BPF_PROG_TYPE_CGROUP_SOCK
		       ? bpf_program__attach_cgroup(program, cgroups)
		       : bpf_program__attach(program);
}

static int measure(struct hooks_bpf *bpf, const struct hook *hook, int cgroups)
{
	struct bpf_link *links[PROGRAMS] = {0};
	double without = best_ns(hook->passing), with;
	int r = 0;

	for (int i = 0; i < PROGRAMS && hook->programs[i] && !r; i++) {
		links[i] = attach(bpf, hook->programs[i], cgroups);
		r = links[i] ? 0 : -1;
	}
	with = best_ns(hook->passing);
	for (int i = 0; i < PROGRAMS; i++)
		bpf_link__destroy(links[i]);
	if (r)
		fprintf(stderr, "hooks: cannot attach for \"%s\"\n", hook->name);
	else
		printf("%-36s %6.1f ns, %+.1f\n", hook->name, without, with - without);
	return r;
}

/* Both privately: the host has them or not, as before. */
static int mount_what_is_needed(void)
{
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tracefs", TRACEFS, "tracefs", 0, NULL) ||
	    mount("cgroup2", CGROUPS, "cgroup2", 0, NULL))
		return -1;
	return open(CGROUPS, O_RDONLY | O_CLOEXEC);
}

int main(void)
{
	int cgroups = mount_what_is_needed(), r = 0;
	struct hooks_bpf *bpf = hooks_bpf__open_and_load();

	if (!bpf || cgroups < 0) {
		fprintf(stderr, "hooks: cannot load or mount: run as root on 5.11 or later\n");
		return 1;
	}
	for (size_t i = 0; i < sizeof(hooks) / sizeof(hooks[0]) && !r; i++)
		r = measure(bpf, &hooks[i], cgroups);
	hooks_bpf__destroy(bpf);
	close(cgroups);
	return r ? 1 : 0;
}

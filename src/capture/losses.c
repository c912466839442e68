/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns where losses are counted: each CPU for itself in a map, and by the kernel for each
 * program that it did not run. Knows nothing of who is told.
 */
#include "capture/losses.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "socktrace/config.h"

#include "socktrace.skel.h" /* wants config.h before it */

/* How often the kernel has not run it because it interrupted itself. */
static uint64_t skips(const struct bpf_program *program)
{
	struct bpf_prog_info info = {0};
	__u32 len = sizeof(info);
	int fd = bpf_program__fd(program);

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len) || !info.recursion_misses)
		return 0;
	log_debug("%s: skipped %llu times", bpf_program__name(program), info.recursion_misses);
	return info.recursion_misses;
}

/* But for the steps that a second program caught (bpf/skipped.h). These are read after the skips:
 * one in between would be a loss for good. */
static uint64_t recursion_misses(const struct socktrace_bpf *skeleton)
{
	uint64_t misses = 0, steps = skips(skeleton->progs.on_state), caught;
	struct bpf_program *program;

	caught = skeleton->bss->steps_caught;
	bpf_object__for_each_program(program, skeleton->obj)
	{
		if (program != skeleton->progs.on_state &&
		    program != skeleton->progs.on_state_skipped)
			misses += skips(program);
	}
	return steps > caught ? misses + steps - caught : misses;
}

int losses_read(struct probes *probes, __u64 count[ST_LOSS_MAX])
{
	const struct socktrace_bpf *skeleton = probes_skeleton(probes);
	int cpus = libbpf_num_possible_cpus();
	uint64_t *values = calloc(cpus > 0 ? cpus : 1, sizeof(*values));

	if (!values)
		return -ENOMEM;
	memset(count, 0, ST_LOSS_MAX * sizeof(*count));
	for (__u32 kind = 0; kind < ST_LOSS_MAX; kind++) {
		if (bpf_map__lookup_elem(skeleton->maps.losses, &kind, sizeof(kind), values,
					 cpus * sizeof(*values), 0))
			continue;
		for (int cpu = 0; cpu < cpus; cpu++)
			count[kind] += values[cpu];
	}
	free(values);
	count[ST_LOSS_RECURSION] = recursion_misses(skeleton);
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns where losses are counted: each CPU for itself in a map, and by the kernel for each
 * program that it did not run. Knows nothing of who is told.
 */
#include "capture/losses.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "socktrace/config.h"

#include "socktrace.skel.h" /* wants config.h before it */

int losses_read(struct probes *probes, __u64 count[ST_LOSS_MAX])
{
	const struct bpf_map *map = probes_skeleton(probes)->maps.losses;
	int cpus = libbpf_num_possible_cpus();
	uint64_t *values = calloc(cpus > 0 ? cpus : 1, sizeof(*values));

	if (!values)
		return -ENOMEM;
	memset(count, 0, ST_LOSS_MAX * sizeof(*count));
	for (__u32 kind = 0; kind < ST_LOSS_MAX; kind++) {
		if (bpf_map__lookup_elem(map, &kind, sizeof(kind), values, cpus * sizeof(*values),
					 0))
			continue;
		for (int cpu = 0; cpu < cpus; cpu++)
			count[kind] += values[cpu];
	}
	free(values);
	count[ST_LOSS_RECURSION] = probes_recursion_misses(probes);
	return 0;
}

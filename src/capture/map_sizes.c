/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the rules of size; what the maps are for is said in bpf/.
 */
#include "capture/map_sizes.h"

#include <bpf/libbpf.h>
#include <inttypes.h>
#include <stdio.h>

#include "capture/source.h"
#include "socktrace/config.h"

#include "socktrace.skel.h" /* wants config.h before it */

#define PROCESS_LISTENERS_MAX 4096 /* of processes that were named one by one */

/* Half a kilobyte each. */
#define SOCKETS_MIN 65536
#define SOCKETS_MAX 1048576

/* A hundred bytes each. */
#define TUPLES_MIN 16384

/* How many sockets there are, times `factor`, as a power of two between two others. */
static __u32 size_by_sockets(unsigned factor, __u32 min)
{
	FILE *file = fopen("/proc/net/sockstat", "re");
	uint64_t used = 0;
	__u32 size = min;

	if (file && fscanf(file, "sockets: used %" SCNu64, &used) != 1)
		used = 0;
	if (file)
		fclose(file);
	while (size < factor * used && size < SOCKETS_MAX)
		size *= 2;
	return size;
}

/* Four times as many as there are sockets now: with twice as many as now all but one in 65,000
 * would still find a place. */
__u32 map_sizes_sockets(void)
{
	return size_by_sockets(4, SOCKETS_MIN);
}

/* Those that are walked through many times a second are no larger than need be: the walk is over
 * all there is room for. */
int map_sizes_set(struct socktrace_bpf *skeleton, const struct source_options *options)
{
	const struct {
		struct bpf_map *map;
		__u32 entries;
	} sizes[] = {
		{skeleton->maps.ring, options->buffer_bytes},
		{skeleton->maps.sockets, skeleton->rodata->config.sockets_mask + 1},
		/* room for each connection that is open, and as many later ones */
		{skeleton->maps.tuples, size_by_sockets(2, TUPLES_MIN)},
		{skeleton->maps.attempts, skeleton->rodata->config.cpus + 1},
		{skeleton->maps.pendings, skeleton->rodata->config.cpus},
		{skeleton->maps.begun, skeleton->rodata->config.cpus},
		{skeleton->maps.listeners, options->all || options->cgroup
						   ? bpf_map__max_entries(skeleton->maps.listeners)
						   : PROCESS_LISTENERS_MAX},
	};
	int r = 0;

	for (size_t i = 0; !r && i < sizeof(sizes) / sizeof(sizes[0]); i++)
		r = bpf_map__set_max_entries(sizes[i].map, sizes[i].entries);
	return r;
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How large the maps of the BPF object are made on this host.
 */
#pragma once

#include <linux/types.h>

struct socktrace_bpf;
struct source_options;

/* Places for followed sockets: a power of two. */
__u32 map_sizes_sockets(void);

/* Sets the sizes of an opened object, whose configuration has been written. 0 or -errno. */
int map_sizes_set(struct socktrace_bpf *skeleton, const struct source_options *options);

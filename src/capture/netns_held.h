/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Network namespaces held open, so that they can be visited again and again.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "base/vec.h"
#include "socktrace/record.h"

struct netns_held {
	int fd;
	uint32_t inum;
	struct st_netns told; /* as last handed on, by whoever does */
};

VEC_TYPE(netns_held_list, struct netns_held);

/* Appends the one that a process is in (0: this one), unless it is there. One that is gone,
 * or not ours to see, is left out. 0 or -ENOMEM. */
int netns_hold(struct netns_held_list *list, pid_t pid);
void netns_held_release(struct netns_held_list *list);

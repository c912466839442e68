/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the fds; enters nothing.
 */
#include "capture/netns_held.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "capture/netns_visit.h"

int netns_hold(struct netns_held_list *list, pid_t pid)
{
	struct netns_held held = {0};
	char path[64];
	int r = 0;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid ? pid : getpid());
	held.fd = open(path, O_RDONLY | O_CLOEXEC);
	if (held.fd < 0)
		return 0;
	held.inum = netns_inum(held.fd);
	vec_each (known, list)
		if (known->inum == held.inum) {
			close(held.fd);
			return 0;
		}
	r = vec_push(list, held);
	if (r)
		close(held.fd);
	return r;
}

void netns_held_release(struct netns_held_list *list)
{
	vec_each (held, list)
		close(held->fd);
	vec_release(list);
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Dumps the TCP sockets of a namespace and throws the answer away: that each was asked
 * for its cookie is what counts.
 */
#include "capture/cookies.h"

#include <errno.h>
#include <stddef.h>

#include "capture/netns_visit.h"
#include "capture/sockdiag.h"

static int ignore(void *context, const struct diag_socket *socket)
{
	(void)context;
	(void)socket;
	return 0;
}

static int ask_all(void *context)
{
	(void)context;
	sockdiag_tcp(~0u, ignore, NULL);
	return 0;
}

int cookies_make(const struct pid_list *pids)
{
	uint32_t done = 0; /* targets mostly share one network namespace */
	int r = 0;

	for (size_t i = 0; i < pids->len && r != -ENOTRECOVERABLE; i++) {
		uint32_t netns = proc_netns(pids->items[i]);

		if (!netns || netns == done)
			continue;
		r = netns_visit_process(pids->items[i], ask_all, NULL);
		done = netns;
	}
	return r == -ENOTRECOVERABLE ? r : 0;
}

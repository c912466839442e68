/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads /proc/sys/net and the TcpExt lines of /proc/net/netstat: names in one, values
 * in the next.
 */
#include "capture/netns_counters.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/netns_visit.h"

static const char *const names[] = {
	[ST_COUNTER_LISTEN_OVERFLOWS] = "ListenOverflows",
	[ST_COUNTER_LISTEN_DROPS] = "ListenDrops",
	[ST_COUNTER_REQ_Q_FULL_DROP] = "TCPReqQFullDrop",
	[ST_COUNTER_REQ_Q_FULL_DO_COOKIES] = "TCPReqQFullDoCookies",
	[ST_COUNTER_SYNCOOKIES_SENT] = "SyncookiesSent",
	[ST_COUNTER_SYNCOOKIES_RECV] = "SyncookiesRecv",
	[ST_COUNTER_SYNCOOKIES_FAILED] = "SyncookiesFailed",
	[ST_COUNTER_DEFER_ACCEPT_DROP] = "TCPDeferAcceptDrop",
};
static_assert(sizeof(names) / sizeof(names[0]) == ST_COUNTER_MAX, "a counter has no name");

static void note(struct st_netns *out, const char *name, const char *value)
{
	for (int i = 0; i < ST_COUNTER_MAX; i++)
		if (!strcmp(name, names[i]))
			out->counter[i] = strtoull(value, NULL, 10);
}

static void read_counters(struct st_netns *out)
{
	/* Of the thread: /proc/net is of the process, which is in its namespace still. */
	FILE *file = fopen("/proc/thread-self/net/netstat", "re");
	char *keys = NULL, *values = NULL, *key, *value, *keys_at, *values_at;
	size_t keys_size = 0, values_size = 0;

	while (file && getline(&keys, &keys_size, file) > 0 &&
	       getline(&values, &values_size, file) > 0) {
		if (strncmp(keys, "TcpExt:", 7))
			continue;
		key = strtok_r(keys, " \n", &keys_at);
		value = strtok_r(values, " \n", &values_at);
		while (key && value) {
			note(out, key, value);
			key = strtok_r(NULL, " \n", &keys_at);
			value = strtok_r(NULL, " \n", &values_at);
		}
	}
	free(keys);
	free(values);
	if (file)
		fclose(file);
}

void netns_counters_read(struct st_netns *out)
{
	out->somaxconn = netns_setting("net/core/somaxconn");
	out->max_syn_backlog = netns_setting("net/ipv4/tcp_max_syn_backlog");
	out->syncookies = netns_setting("net/ipv4/tcp_syncookies");
	out->abort_on_overflow = netns_setting("net/ipv4/tcp_abort_on_overflow");
	out->migrate_req = netns_setting("net/ipv4/tcp_migrate_req");
	memset(out->counter, 0, sizeof(out->counter));
	read_counters(out);
}

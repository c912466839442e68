/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Goes through the map once. Knows no listeners: the fd says which.
 */
#include "capture/waits.h"

#include <bpf/libbpf.h>

#include "capture/host.h"
#include "capture/proc.h"
#include "socktrace/config.h"

#define WAITS_MAX 1024

static bool is_in_accept(const struct st_thread *thread)
{
	return thread->call == ST_CALL_ACCEPT && !thread->once;
}

int waits_report(const struct bpf_map *threads, source_sink *sink, void *context)
{
	__u32 tid, *last = NULL;
	unsigned found = 0;
	int r = 0;

	while (!r && found < WAITS_MAX &&
	       !bpf_map__get_next_key(threads, last, &tid, sizeof(tid))) {
		struct st_accept_waits record = {.tid = tid};
		struct st_thread thread;

		last = &tid;
		if (bpf_map__lookup_elem(threads, &tid, sizeof(tid), &thread, sizeof(thread), 0) ||
		    !is_in_accept(&thread))
			continue;
		record_stamp(&record.h, ST_ACCEPT_WAITS, sizeof(record));
		record.enter_ns = thread.enter_ns;
		record.pid = proc_of_thread(tid);
		record.fd = thread.args[0];
		r = sink(context, &record, sizeof(record));
		found++;
	}
	return r;
}

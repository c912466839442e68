/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * Runs of sends and receives: counted in the followed socket, reported when the
 * direction turns, the peer changes, a pause comes, or the socket goes.
 */
#pragma once

#include "emit.h"

#define RUN_PAUSE_NS (10 * 1000 * 1000ULL) /* a longer pause ends a run */
#define RUN_LONG_NS (1000 * 1000 * 1000ULL) /* a longer run is reported in parts */

static __always_inline void run_report(__u64 id, struct run *run, __u8 direction)
{
	struct st_data *r;

	if (run->calls == run->reported)
		return;
	if (!RECORD_RESERVE(ST_DATA, ST_LOSS_DATA, r))
		return; /* the next record's sums include this run */
	r->id = id;
	r->calls = run->calls;
	r->bytes = run->bytes;
	r->first_ns = run->first_ns ? run->first_ns
				    : run->last_ns; /* two CPUs: another one ended the run */
	r->last_ns = run->last_ns;
	r->h.ts_ns = run->last_ns;
	r->pid = run->pid;
	r->tid = run->tid;
	r->direction = direction;
	r->v4 = run->peer_v4;
	r->peer_family = run->peer_family;
	r->peer_port = run->peer_port;
	__builtin_memcpy(r->peer, run->peer, sizeof(r->peer));
	run->reported = r->calls;
	run->first_ns = 0;
	record_submit(r);
}

/* In the order in which they happened. */
static __always_inline void runs_report(__u64 id, struct followed *f)
{
	if (f->run[ST_SEND].first_ns && f->run[ST_RECV].first_ns > f->run[ST_SEND].first_ns) {
		run_report(id, &f->run[ST_SEND], ST_SEND);
		run_report(id, &f->run[ST_RECV], ST_RECV);
	} else {
		run_report(id, &f->run[ST_RECV], ST_RECV);
		run_report(id, &f->run[ST_SEND], ST_SEND);
	}
}

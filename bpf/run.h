/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * Runs of sends and receives: counted in the followed socket. One ends when the direction
 * turns, the peer changes, a pause comes, or the socket goes. Those that have ended are
 * gathered there too, and reported some at a time: most conversations turn at every call.
 */
#pragma once

#include "emit.h"
#include "sock.h"

#define RUN_PAUSE_NS (10 * 1000 * 1000ULL) /* a longer pause ends a run */
#define RUN_LONG_NS (1000 * 1000 * 1000ULL) /* a longer run is reported in parts */

/* Whether it is of the ports asked for. */
static __always_inline bool flow_wanted(const struct followed *f, __u32 direction)
{
	struct sock *sk = sock_at(f->sock);
	__u16 remote;

	if (!config.local_port && !config.remote_port)
		return true;
	remote = f->peer[direction].port;
	if (!remote)
		remote = bpf_ntohs(SOCK(sk, __sk_common.skc_dport));
	if (!remote) /* recv() does not ask who sent */
		remote = f->peer[ST_SEND].port;
	return ports_wanted(SOCK(sk, __sk_common.skc_num), remote, f->flags);
}

/* A run with another port than the one asked for: taken out of the sums again. */
static __always_inline void run_leave_out(struct followed *f, __u8 direction)
{
	struct run *run = &f->run[direction];
	__u64 calls = run->calls - f->runs.calls[direction];
	__u64 bytes = run->bytes - f->runs.bytes[direction];

	__sync_fetch_and_add(&run->calls, -calls);
	__sync_fetch_and_add(&run->bytes, -bytes);
	run->first_ns = 0;
}

/* A UDP socket's, with its peer. */
static __always_inline void run_report(__u64 id, struct followed *f, __u8 direction)
{
	const struct run_peer *peer = &f->peer[direction];
	struct run *run = &f->run[direction];
	struct st_data *r;

	if (run->calls == f->runs.calls[direction])
		return;
	if (!flow_wanted(f, direction)) {
		run_leave_out(f, direction);
		return;
	}
	if (!RECORD_RESERVE(ST_DATA, ST_LOSS_DATA, r))
		return; /* the next record's sums include this run */
	r->id = id;
	r->calls = run->calls;
	r->bytes = run->bytes;
	r->first_ns = run->first_ns ? run->first_ns
				    : run->last_ns; /* two CPUs: another one ended the run */
	r->last_ns = run->last_ns;
	r->h.ts_ns = run->last_ns;
	r->pid = f->by >> 32;
	r->tid = f->by;
	r->direction = direction;
	r->v4 = peer->v4;
	r->peer_family = peer->family;
	r->peer_port = peer->port;
	__builtin_memcpy(r->peer, peer->address, sizeof(r->peer));
	f->runs.calls[direction] = r->calls;
	f->runs.bytes[direction] = r->bytes;
	run->first_ns = 0;
	record_submit(r);
}

/* A function of its own: it is rare. */
static __noinline int empty_submit(__u64 id, struct followed *f)
{
	struct st_empty *r;
	__u32 calls;

	f->has_empty = 0; /* first: who counts one from now on says so again */
	calls = *(volatile __u32 *)&f->empty.calls;
	if (calls == f->empty.told)
		return 0;
	if (!RECORD_RESERVE(ST_EMPTY, ST_LOSS_CALL, r)) {
		f->has_empty = 1; /* the next record includes them */
		return 0;
	}
	r->id = id;
	r->h.ts_ns = f->empty.last_ns;
	r->first_ns = f->empty.first_ns;
	r->last_ns = f->empty.last_ns;
	r->pid = f->empty.by >> 32;
	r->tid = f->empty.by;
	r->calls = calls - f->empty.told;
	r->ret = f->empty.ret;
	r->direction = f->empty.direction;
	f->empty.told = calls;
	record_submit(r);
	return 0;
}

/* Those that have ended; and sums that no record has told, where two CPUs met. Two may be in here
 * at once: then the header may be the other's, which user space sees by the ring's own count of
 * bytes (runs_mend). */
static __noinline int runs_submit(__u64 id, struct followed *f)
{
	struct st_runs *r = &f->runs;
	__u64 sums = r->calls[ST_SEND] + r->bytes[ST_SEND] + r->calls[ST_RECV] + r->bytes[ST_RECV];
	__u32 n = f->ended;

	if (sums == f->told || f->udp)
		return 0;
	if (n > ST_RUNS_MAX)
		n = ST_RUNS_MAX;
	f->ended = 0;
	r->h.type = ST_RUNS;
	r->h.size = ST_RUNS_SIZE(n);
	r->h.cpu = bpf_get_smp_processor_id();
	r->id = id;
	if (bpf_ringbuf_output(&ring, r, ST_RUNS_SIZE(n), ring_flags(r->h.ts_ns)))
		loss_count(ST_LOSS_DATA); /* the next record's sums include them */
	else
		f->told = sums;
	return 0;
}

/* Calls that moved nothing. */
static __always_inline void empty_report(__u64 id, struct followed *f)
{
	if (f->has_empty)
		empty_submit(id, f);
}

/* What fits into 32 bits; nothing where another CPU has changed the two meanwhile. */
static __always_inline __u32 rise(__u64 from, __u64 to)
{
	return to < from ? 0 : to - from > 0xffffffff ? 0xffffffff : to - from;
}

/* Whether a run can stand behind those that wait already. */
static __always_inline bool runs_go_on(const struct followed *f, __u32 direction, __u64 first_ns)
{
	return f->runs.tid == (__u32)f->by && first_ns - f->runs.first_ns < RUN_LONG_NS &&
	       f->ended + ((f->ended ^ direction) & 1) < ST_RUNS_MAX;
}

/* The directions take turns: a place may be left empty. */
static __always_inline struct st_run *run_place(__u64 id, struct followed *f, __u32 direction,
						__u64 first_ns)
{
	if (f->ended && !runs_go_on(f, direction, first_ns))
		runs_submit(id, f);
	if (!f->ended) {
		f->runs.first_ns = first_ns;
		f->runs.pid = f->by >> 32;
		f->runs.tid = f->by;
	}
	if ((f->ended ^ direction) & 1)
		f->runs.run[f->ended++ & (ST_RUNS_MAX - 1)].calls = 0;
	f->runs.run[f->ended & (ST_RUNS_MAX - 1)].calls = 0;
	return &f->runs.run[f->ended++ & (ST_RUNS_MAX - 1)];
}

/* It joins those that have ended. */
static __noinline int run_end(__u64 id, struct followed *f, __u32 direction)
{
	__u32 d = direction & 1;
	struct run *run = &f->run[d];
	struct st_runs *r = &f->runs;
	__u64 first_ns = run->first_ns ? run->first_ns : run->last_ns, calls, bytes;
	struct st_run *place;

	if (f->udp) {
		run_report(id, f, d);
		return 0;
	}
	if (run->calls == r->calls[d] && run->bytes == r->bytes[d])
		return 0;
	place = run_place(id, f, d, first_ns);
	calls = *(volatile __u64 *)&run->calls; /* first: who counts adds the bytes before it */
	bytes = run->bytes;
	place->after_ns = rise(r->first_ns, first_ns);
	place->span_ns = rise(first_ns, run->last_ns);
	place->bytes = rise(r->bytes[d], bytes);
	place->calls = rise(r->calls[d], calls); /* last: it was empty till now */
	/* Never back, where another CPU has told of later calls meanwhile: smaller sums than those
	 * before are taken for a new socket's. Bytes first: who finds the calls told is done. */
	if (bytes > r->bytes[d])
		*(volatile __u64 *)&r->bytes[d] = bytes;
	if (calls > r->calls[d])
		*(volatile __u64 *)&r->calls[d] = calls;
	r->h.ts_ns = run->last_ns;
	run->first_ns = 0;
	if (f->ended >= ST_RUNS_MAX)
		runs_submit(id, f);
	return 0;
}

/* In the order in which they began. */
static __always_inline void runs_end(__u64 id, struct followed *f)
{
	__u64 sent_ns = f->run[ST_SEND].first_ns, received_ns = f->run[ST_RECV].first_ns;
	__u32 first = sent_ns && received_ns > sent_ns ? ST_SEND : ST_RECV;

	run_end(id, f, first);
	run_end(id, f, !first);
	runs_submit(id, f);
}

/* All there is. */
static __always_inline void runs_report(__u64 id, struct followed *f)
{
	runs_end(id, f);
	empty_report(id, f);
}

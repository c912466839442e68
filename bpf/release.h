/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * The end of what is told of a socket: its last close, where no close() of a target tells of it; or
 * that it is not wanted.
 */
#pragma once

#include "emit.h"
#include "sock.h"

/* pid_tgid 0: nobody knows who. */
static __always_inline void release_report(__u64 id, __u64 pid_tgid)
{
	struct st_release *r;

	if (!RECORD_RESERVE(ST_RELEASE, ST_LOSS_CALL, r))
		return;
	r->id = id;
	r->pid = pid_tgid >> 32;
	r->tid = pid_tgid;
	if (pid_tgid)
		bpf_get_current_comm(r->comm, sizeof(r->comm));
	record_submit(r);
}

/* Found to be unwanted: its data is not wanted either, nor what was told while its ports were not
 * known. A listener's children may be. A function of its own: many ways lead here. */
static __noinline int socket_unfollow(const struct st_sock *s)
{
	__u64 id = s->id;
	struct st_unwanted *r;

	if (s->state == TCP_LISTEN)
		return 0;
	socket_remove(id);
	if (id && RECORD_RESERVE(ST_UNWANTED, ST_LOSS_CALL, r)) {
		r->id = id;
		record_submit(r);
	}
	return 0;
}

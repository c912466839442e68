/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * The last close of a socket, where no close() of a target tells of it.
 */
#pragma once

#include "emit.h"

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

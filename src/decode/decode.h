/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Bytes → checked record. No I/O, no allocation, no state: whatever the bytes
 * are, the answer is a record that is safe to read, or an error.
 */
#pragma once

#include <stddef.h>

#include "socktrace/record.h"

/* A checked record, borrowed from the bytes it was decoded from. Which member
 * holds is told by header->type. Enums are in range, lengths are within their
 * arrays; texts need not be NUL-terminated (read them with strnlen). */
struct record {
	union {
		const struct st_header *header;
		const struct st_call *call; /* ST_CALL, ST_CALL_UNIX and ST_CALL_JOIN */
		const struct st_call_join *call_join;
		const struct st_call_unix *call_unix;
		const struct st_seen *seen;
		const struct st_state *state;
		const struct st_tcp *tcp;
		const struct st_data *data;
		const struct st_runs *runs;
		const struct st_release *release;
		const struct st_process *process;
		const struct st_listener *listener;
		const struct st_drop *drop;
		const struct st_sample *sample;
		const struct st_data_call *data_call;
		const struct st_netns *netns;
		const struct st_host *host;
		const struct st_probe *probe;
		const struct st_target *target;
		const struct st_cgroup *cgroup;
		const struct st_loss_record *loss;
		const struct st_end *end;
		const struct st_process_limits *process_limits;
		const struct st_cpu_quota *cpu_quota;
		const struct st_accept_waits *accept_waits;
		const struct st_unwanted *unwanted;
		const struct st_empty *empty;
	};
};

/* Checks the record at `bytes` (8-byte aligned, `len` bytes to the end of what
 * there is). 0; -ENOMSG for a type this version does not know (skip header->size
 * bytes); -EBADMSG for one whose size or values are wrong (its size is usable if
 * header->size is not 0); -ENODATA where not even the frame is sound: nothing
 * after it can be read. */
int decode_record(const void *bytes, size_t len, struct record *out);

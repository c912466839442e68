/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the running kernel has, read from its BTF before anything is loaded.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "socktrace/record.h"

struct btf;

struct kernel_features {
	bool casts; /* any address can be read as a typed pointer (6.2) */
	bool cookies; /* tracing programs can ask for a socket's cookie (5.12) */
	bool data_events; /* sock_send_length and sock_recv_length (6.3) */
	bool send_reset; /* the tcp reset and retransmit tracepoints */
	bool task_file; /* the iterators */
	bool for_each; /* a program can go through a map (5.13) */
	bool registers; /* those of other threads (5.15) */
	bool counters; /* the indexes are known */
	uint32_t counter_index[ST_COUNTER_MAX]; /* in its struct linux_mib */
	uint32_t listen_overflow; /* the drop reason of a last ACK (6.15); 0: it has none */
};

/* 0; -ENOENT where the kernel gives no BTF, and says so. */
int kernel_features_read(struct kernel_features *out);

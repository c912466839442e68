/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How many TCP connections records tell of, without a model of them.
 */
#pragma once

#include <stdint.h>

#include "base/hashmap.h"
#include "base/pairing.h"
#include "socktrace/record.h"

struct tcp_count {
	uint64_t n;
	struct pairing ends; /* by their initial sequence numbers */
	struct hashmap there; /* found when the trace began, by their addresses */
};

/* Counts the connection that this record is the first to tell of, if it is. 0 or -ENOMEM. */
int tcp_count_note(struct tcp_count *count, const void *record);
void tcp_count_release(struct tcp_count *count);

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Settings and counters of the network namespace that the calling thread is in, as
 * anybody may read them.
 */
#pragma once

#include "socktrace/record.h"

/* All but header and netns; what cannot be read is -1, a counter 0. */
void netns_counters_read(struct st_netns *out);

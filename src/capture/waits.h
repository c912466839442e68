/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Threads of targets that are still in accept() when a trace ends: no record of a call tells
 * of them.
 */
#pragma once

#include "capture/source.h"

struct bpf_map;

/* Hands on a struct st_accept_waits for each, in no order, at most 1,024. `threads` is the map of
 * that name. 0 or what the sink returned. */
int waits_report(const struct bpf_map *threads, source_sink *sink, void *context);

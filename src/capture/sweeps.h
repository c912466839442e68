/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What user space has the kernel side look through now and then: sockets with something to
 * tell, listeners, counters. What is found goes through the ring.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "capture/iterators.h"
#include "capture/probes.h"

struct sweeps;

/* Those whose rows run. consume() is called in between. unhurried: the sockets once a second. 0
 * or -ENOMEM. */
int sweeps_new(struct probes *probes, bool unhurried, iterators_consume *consume, void *context,
	       struct sweeps **out);
void sweeps_free(struct sweeps **sweeps);

/* A record passes: with a process UNIX sockets may have gone. */
void sweeps_note(struct sweeps *sweeps, const struct st_header *record);

/* Those that are due at now_ns (CLOCK_MONOTONIC), or all. 0 or -errno. */
int sweeps_run(struct sweeps *sweeps, int64_t now_ns, bool all);

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What targets had open when the trace began, the other ends of it on this host, and the calls
 * that targets were in.
 */
#pragma once

#include <stdbool.h>

#include "capture/iterators.h"

/* Its records go through the ring, which `consume` empties. all: every process is a target.
 * data_calls: calls that send and receive are seen one by one. 0 or -errno. */
int snapshot_take(struct probes *probes, bool all, bool data_calls, iterators_consume *consume,
		  void *context);

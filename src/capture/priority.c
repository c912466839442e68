/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the nice value. A reader wakes every few tens of milliseconds with a burst of
 * work: at the normal priority it would take the CPU from a busy server's thread
 * while another CPU is idle; at a lower one it is moved there.
 */
#include "capture/priority.h"

#include <sys/resource.h>

#include "base/log.h"
#include "capture/privileges.h"

#define YIELD_BY 10 /* a tenth of the usual weight: it goes on where all CPUs are busy */

static bool renice(int by)
{
	return !setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + by);
}

bool priority_yield(void)
{
	return privileges_can_renice() && renice(YIELD_BY);
}

void priority_restore(void)
{
	if (!renice(-YIELD_BY))
		log_debug("setpriority failed: the priority stays low");
}

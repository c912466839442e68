/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the nice value. A reader wakes every few tens of milliseconds with a burst of
 * work: at the normal priority it would take the CPU from a busy server's thread
 * while another CPU is idle; at a lower one it is moved there, or takes what is left.
 */
#include "capture/priority.h"

#include <sys/resource.h>

#include "base/log.h"
#include "capture/privileges.h"

#define LOWER 10 /* a tenth of the usual weight: it goes on where all CPUs are busy */

static bool renice(int value)
{
	return !setpriority(PRIO_PROCESS, 0, value);
}

void priority_init(struct priority *priority)
{
	priority->usual = getpriority(PRIO_PROCESS, 0);
	priority->may_yield = privileges_can_renice();
}

void priority_yield(struct priority *priority)
{
	if (!priority->yields && priority->may_yield)
		priority->yields = renice(priority->usual + LOWER);
}

void priority_restore(struct priority *priority)
{
	if (!priority->yields)
		return;
	priority->yields = false;
	if (!renice(priority->usual)) {
		log_debug("setpriority failed: the priority stays low");
		priority->may_yield = false;
	}
}

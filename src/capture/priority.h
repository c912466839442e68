/* SPDX-License-Identifier: BSD-2-Clause
 *
 * This process's own share of the CPUs: a reader gives way to what it watches for as
 * long as it keeps up.
 */
#pragma once

#include <stdbool.h>

struct priority {
	int usual; /* nice value */
	bool may_yield; /* there is a way back */
	bool yields;
};

void priority_init(struct priority *priority);
void priority_yield(struct priority *priority); /* from now on others go first */
void priority_restore(struct priority *priority);

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * This process's own share of the CPUs: a reader gives way to what it watches for as
 * long as it keeps up.
 */
#pragma once

#include <stdbool.h>

/* From now on others go first. False: nothing changed, since there would be no way back. */
bool priority_yield(void);

/* Takes back one priority_yield() that was true. */
void priority_restore(void);

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Giving up what only attaching needed.
 */
#pragma once

#include <stdbool.h>

/* Keeps CAP_BPF, which reading maps and iterators takes: everything is attached and every file is
 * open. `namespaces`: keeps also what it takes to find a later network namespace and attach in it.
 * What cannot be given up stays. */
void privileges_drop(bool namespaces);

/* Whether BPF programs that read the kernel may be loaded, as far as capabilities go. */
bool privileges_can_trace(void);

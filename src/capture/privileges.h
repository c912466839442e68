/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Giving up what only attaching needed.
 */
#pragma once

/* Keeps CAP_BPF alone, which reading maps and iterators takes: everything is
 * attached and every file is open. What cannot be given up stays. */
void privileges_drop(void);

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Ending in order: SIGINT, SIGTERM and SIGHUP only raise a flag, and writing to a
 * closed pipe or a full file is an error, not a death.
 */
#pragma once

#include <stdbool.h>

void stop_on_signals(void);
void stop(void); /* as if a signal had come */
bool stop_requested(void);

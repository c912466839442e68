/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Names of the system calls in which a server's thread may be found, by the number each
 * machine has for them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"

/* machine as uname has it: "x86_64", "aarch64". "recv", or "system call 451". */
void syscall_print(struct strbuf *out, const char *machine, int32_t number);
/* It waits for events on many fds, as an event loop does. */
bool syscall_polls(const char *machine, int32_t number);

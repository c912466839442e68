/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The system calls a thread can be found in, by their number on each machine.
 */
#pragma once

#include <stdbool.h>

/* machine: as uname names it ("x86_64", "aarch64"). NULL: one this does not know. */
const char *syscall_name(const char *machine, int number);

/* Whether its first argument is a file descriptor. */
bool syscall_has_fd(const char *machine, int number);

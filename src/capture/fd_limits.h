/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How many files a process may open and has open, and the whole machine: what accept()
 * wants for when it returns EMFILE or ENFILE. No privilege is needed since Linux 6.2.
 */
#pragma once

#include <sys/types.h>

#include "socktrace/record.h"

/* All but the header; what cannot be read is ST_UNKNOWN. */
void fd_limits_read(pid_t pid, struct st_process_limits *out);

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Numbers and times as typed. Each gives 0, or -EINVAL and one line that begins with
 * `what`, the option's name.
 */
#pragma once

#include <stdint.h>

int value_number(const char *what, const char *text, unsigned long min, unsigned long max,
		 unsigned long *out);

/* "0.5", "10", "10s", "2m" → ns */
int value_time(const char *what, const char *text, int64_t *out);

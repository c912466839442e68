/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The time of day before a line, local: "12:04:33.310 ".
 */
#pragma once

#include <stdint.h>
#include <time.h>

#include "base/strbuf.h"

struct live_clock {
	time_t second; /* that text spells; 0: none */
	char text[16]; /* "12:04:33." */
};

/* now_ns: since 1970. */
void live_clock_print(struct live_clock *clock, uint64_t now_ns, struct strbuf *out);

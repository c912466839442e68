/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Numbers as a person reads them: three digits that matter and a unit. Compact
 * ("62µs", "1.2MB") for columns, spaced ("62 µs", "1.2 MB") for sentences.
 */
#pragma once

#include <stdint.h>

#include "base/strbuf.h"

enum units_flags {
	UNITS_SPACED = 1, /* a blank between number and unit */
	UNITS_ASCII = 2, /* "us" for "µs" */
};

/* ns, µs, ms and s, from two minutes on "2m05s", "1h02m", "3d04h". */
void units_time(struct strbuf *out, int64_t ns, unsigned flags);

/* B, kB, MB, …: powers of 1000. */
void units_bytes(struct strbuf *out, uint64_t bytes, unsigned flags);

void units_count(struct strbuf *out, uint64_t count); /* "8,211" */
void units_decimal(struct strbuf *out, uint64_t number); /* "8211", without the cost of printf */

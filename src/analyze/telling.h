/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Private to src/analyze: how a finding is filled. What memory did not suffice for is
 * remembered in finding.error.
 */
#pragma once

#include "analyze/facts.h"
#include "analyze/finding.h"

#define printf_like(text, arguments) __attribute__((format(printf, text, arguments)))

/* Evidence; the key is static. */
void tell_number(struct finding *finding, const char *key, int64_t value);
void tell_time(struct finding *finding, const char *key, int64_t ns); /* TIME_UNKNOWN: null */

printf_like(2, 3) void tell_summary(struct finding *finding, const char *format, ...);
printf_like(2, 3) void tell_sentence(struct finding *finding, const char *format, ...);
printf_like(3, 4) void tell_excluded(struct finding *finding, enum rule rule, const char *format,
				     ...);
void tell_contributing(struct finding *finding, enum rule rule);

/* An advice whose sentence this is; NULL: no memory. The other members are set by these. */
printf_like(3, 4) struct advice *tell_advice(struct finding *finding, const char *action,
					     const char *format, ...);
printf_like(3, 4) void tell_into(struct finding *finding, char **member, const char *format, ...);

/* "41 SYNs", "1 SYN" */
void tell_count(struct strbuf *out, uint64_t count, const char *one, const char *many);
void tell_span(struct strbuf *out, int64_t ns); /* "2.7 s" */

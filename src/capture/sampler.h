/* SPDX-License-Identifier: BSD-2-Clause
 *
 * When to look at the threads that serve a listener: while its queue is at least half
 * full, as the records that pass say. Often at first, so that a short stall is seen
 * several times, then less; never so that it takes more than a small share of a CPU.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "socktrace/config.h"

struct sampler;

int sampler_new(struct sampler **out);
void sampler_free(struct sampler **sampler);

/* A record passes. */
void sampler_note(struct sampler *sampler, const struct st_header *record);

/* When the next look is due (CLOCK_MONOTONIC); INT64_MAX: not at all. */
int64_t sampler_due_ns(const struct sampler *sampler);

/* What to look for now, one listener after the other until it says false. */
bool sampler_next(struct sampler *sampler, int64_t now_ns, struct st_sampling *out);

/* The look for what sampler_next() gave took so much of a CPU. */
void sampler_looked(struct sampler *sampler, int64_t took_ns);

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What keeps a traced server from accepting from outside of it: its limit of open files
 * and its cgroup's CPU quota. Read when a record that passes says that they matter, never
 * so that it takes more than a small share of a CPU.
 */
#pragma once

#include "capture/source.h"

struct limits;

/* What is read goes to the sink. 0 or -ENOMEM. */
int limits_new(source_sink *sink, void *context, struct limits **out);
void limits_free(struct limits **limits);

/* A record passes. */
void limits_note(struct limits *limits, const struct st_header *record);

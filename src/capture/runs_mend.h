/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Where two CPUs told of one socket's runs at once, each record may have the other's header.
 * The ring knows how long each is; the sums in them hold whichever runs it has.
 */
#pragma once

#include <stddef.h>

#include "socktrace/record.h"

/* The record, of `size` bytes by the ring's count; where its header says otherwise, *copy of it
 * with that put right. */
const struct st_header *runs_mend(struct st_runs *copy, const void *record, size_t size);

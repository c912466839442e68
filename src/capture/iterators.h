/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Iterators of the kernel: how one is read, and the one over threads, which user space
 * drives while a queue is at least half full. What they find goes through the ring.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "capture/probes.h"
#include "socktrace/record.h"

struct bpf_link;
struct iterators;

/* Empties the ring: called in between, since an iterator can fill it. 0 or -errno. */
typedef int iterators_consume(void *context);

/* Those whose rows run. 0 or -ENOMEM. */
int iterators_new(struct probes *probes, iterators_consume *consume, void *context,
		  struct iterators **out);
void iterators_free(struct iterators **iterators);

/* Takes what an iterator wrote, some words of 8 bytes at a time. 0 or -errno, which ends it. */
typedef int iterators_take(void *context, const void *words, size_t size);

/* Reads one to its end. take: NULL, or gets its output, with `taker`. 0 or -errno. */
int iterators_run(struct bpf_link *link, iterators_take *take, void *taker,
		  iterators_consume *consume, void *context);

/* A record passes: it may say that threads are to be looked at. */
void iterators_note(struct iterators *iterators, const struct st_header *record);

/* Looks at the threads of those listeners that are due at now_ns (CLOCK_MONOTONIC). */
int iterators_sample_threads(struct iterators *iterators, int64_t now_ns);

int64_t iterators_due_ns(const struct iterators *iterators); /* INT64_MAX: not at all */

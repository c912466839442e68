/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Byte strings kept once each: what is equal has the same place. A place stays until a sweep
 * that nobody has marked it for.
 */
#pragma once

#include "base/hashmap.h"

struct interns {
	struct hashmap by_hash; /* → chain of struct interned */
	size_t count;
};

/* Where these bytes are kept, followed by a NUL. NULL: no memory. */
const char *intern(struct interns *interns, const void *bytes, size_t len);

void intern_mark(const char *place); /* what intern() gave: it outlives the next sweep */
void interns_sweep(struct interns *interns);
void interns_release(struct interns *interns);

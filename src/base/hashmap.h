/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A map from 64-bit keys to borrowed pointers: open addressing, grows when it is half full.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct hashmap_slot {
	uint64_t key;
	void *value; /* NULL: empty; HASHMAP_GONE: was deleted */
};

struct hashmap {
	struct hashmap_slot *slots;
	size_t cap;  /* a power of two, or 0 */
	size_t used; /* slots that are not empty, deleted ones included */
	size_t len;  /* entries */
};

void hashmap_release(struct hashmap *map); /* not the values */
void *hashmap_get(const struct hashmap *map, uint64_t key); /* NULL: not there */
/* Replaces. value is not NULL. 0 or -ENOMEM. */
int hashmap_set(struct hashmap *map, uint64_t key, void *value);
void *hashmap_remove(struct hashmap *map, uint64_t key); /* the value that was there, or NULL */

/* Walks all entries in no order: `for (size_t i = 0; (v = hashmap_next(map, &i));)`.
 * The map may lose entries meanwhile, but not gain any. */
void *hashmap_next(const struct hashmap *map, size_t *cursor);

/* A well-mixed 64-bit hash of some bytes, to make a key of anything longer. */
uint64_t hash_bytes(const void *data, size_t len, uint64_t seed);

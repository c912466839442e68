/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the places; knows nothing of who points to them.
 */
#include "base/intern.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct interned {
	struct interned *next; /* with the same hash */
	size_t len;
	bool marked;
	char bytes[];
};

static struct interned *find(struct interned *chain, const void *bytes, size_t len)
{
	while (chain && (chain->len != len || memcmp(chain->bytes, bytes, len)))
		chain = chain->next;
	return chain;
}

const char *intern(struct interns *interns, const void *bytes, size_t len)
{
	uint64_t hash = hash_bytes(bytes, len, 0);
	struct interned *chain = hashmap_get(&interns->by_hash, hash);
	struct interned *place = find(chain, bytes, len);

	if (place)
		return place->bytes;
	place = malloc(sizeof(*place) + len + 1);
	if (!place || hashmap_set(&interns->by_hash, hash, place)) {
		free(place);
		return NULL;
	}
	*place = (struct interned){.next = chain, .len = len};
	memcpy(place->bytes, bytes, len);
	place->bytes[len] = '\0';
	interns->count++;
	return place->bytes;
}

void intern_mark(const char *place)
{
	((struct interned *)(place - offsetof(struct interned, bytes)))->marked = true;
}

/* What is left of the chain. */
static struct interned *sweep(struct interns *interns, struct interned *chain)
{
	struct interned *first = NULL, **end = &first;

	for (struct interned *at = chain, *next; at; at = next) {
		next = at->next;
		if (at->marked) {
			at->marked = false;
			*end = at;
			end = &at->next;
		} else {
			free(at);
			interns->count--;
		}
	}
	*end = NULL;
	return first;
}

void interns_sweep(struct interns *interns)
{
	struct interned *chain;

	for (size_t i = 0; (chain = hashmap_next(&interns->by_hash, &i));) {
		uint64_t hash = hash_bytes(chain->bytes, chain->len, 0);

		chain = sweep(interns, chain);
		if (chain) /* replaces: needs no memory */
			hashmap_set(&interns->by_hash, hash, chain);
		else
			hashmap_remove(&interns->by_hash, hash);
	}
}

/* Nothing is marked outside of a sweep. */
void interns_release(struct interns *interns)
{
	interns_sweep(interns);
	hashmap_release(&interns->by_hash);
}

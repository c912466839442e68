/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the slots of a map from 64-bit keys to pointers; knows nothing of either.
 */
#include "base/hashmap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static char gone_mark;
#define HASHMAP_GONE ((void *)&gone_mark)

static uint64_t mix(uint64_t x)
{
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93ULL;
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93ULL;
	return x ^ (x >> 32);
}

void hashmap_release(struct hashmap *map)
{
	free(map->slots);
	*map = (struct hashmap){0};
}

/* Where it is looked for first: numbers given out in a row, pointers and hashes are apart there. */
static size_t home(const struct hashmap *map, uint64_t key)
{
	key = (key ^ key >> 32) * 0xd6e8feb86659fd93ULL;
	return (key ^ key >> 32) & (map->cap - 1);
}

/* The slot that holds key, or NULL. */
static struct hashmap_slot *hashmap_find(const struct hashmap *map, uint64_t key)
{
	if (!map->cap)
		return NULL;
	for (size_t i = home(map, key);; i = (i + 1) & (map->cap - 1)) {
		struct hashmap_slot *slot = &map->slots[i];

		if (!slot->value)
			return NULL;
		if (slot->value != HASHMAP_GONE && slot->key == key)
			return slot;
	}
}

void *hashmap_get(const struct hashmap *map, uint64_t key)
{
	struct hashmap_slot *slot = hashmap_find(map, key);

	return slot ? slot->value : NULL;
}

/* The key is not in the map and an empty slot is. */
static void hashmap_insert(struct hashmap *map, uint64_t key, void *value)
{
	size_t i = home(map, key);

	while (map->slots[i].value && map->slots[i].value != HASHMAP_GONE)
		i = (i + 1) & (map->cap - 1);
	if (!map->slots[i].value)
		map->used++;
	map->slots[i] = (struct hashmap_slot){key, value};
	map->len++;
}

/* Also clears away what deletions left behind. */
static int hashmap_rehash(struct hashmap *map)
{
	size_t cap = map->cap ? map->cap : 16;
	struct hashmap old = *map;

	if (map->len * 3 >= cap)
		cap *= 2;
	map->slots = calloc(cap, sizeof(*map->slots));
	if (!map->slots) {
		*map = old;
		return -ENOMEM;
	}
	map->cap = cap;
	map->used = map->len = 0;
	for (size_t i = 0; i < old.cap; i++)
		if (old.slots[i].value && old.slots[i].value != HASHMAP_GONE)
			hashmap_insert(map, old.slots[i].key, old.slots[i].value);
	free(old.slots);
	return 0;
}

int hashmap_set(struct hashmap *map, uint64_t key, void *value)
{
	struct hashmap_slot *slot = hashmap_find(map, key);

	if (slot) {
		slot->value = value;
		return 0;
	}
	if ((map->used + 1) * 2 > map->cap && hashmap_rehash(map))
		return -ENOMEM;
	hashmap_insert(map, key, value);
	return 0;
}

/* A mark leads on to what stands behind it: where that is nothing, it is not needed, and those
 * before it are not either. */
static void hashmap_clear_marks(struct hashmap *map, size_t i)
{
	size_t mask = map->cap - 1;

	if (map->slots[(i + 1) & mask].value)
		return;
	for (; map->slots[i].value == HASHMAP_GONE; i = (i - 1) & mask) {
		map->slots[i].value = NULL;
		map->used--;
	}
}

void *hashmap_remove(struct hashmap *map, uint64_t key)
{
	struct hashmap_slot *slot = hashmap_find(map, key);
	void *value;

	if (!slot)
		return NULL;
	value = slot->value;
	slot->value = HASHMAP_GONE;
	map->len--;
	hashmap_clear_marks(map, slot - map->slots);
	return value;
}

void *hashmap_next(const struct hashmap *map, size_t *cursor)
{
	while (*cursor < map->cap) {
		void *value = map->slots[(*cursor)++].value;

		if (value && value != HASHMAP_GONE)
			return value;
	}
	return NULL;
}

uint64_t hash_bytes(const void *data, size_t len, uint64_t seed)
{
	const unsigned char *p = data;
	uint64_t h = mix(seed ^ len);

	for (; len >= 8; p += 8, len -= 8) {
		uint64_t word;

		memcpy(&word, p, 8);
		h = mix(h ^ word) + 0x9e3779b97f4a7c15ULL;
	}
	for (; len; p++, len--)
		h = (h ^ *p) * 0x100000001b3ULL;
	return mix(h);
}

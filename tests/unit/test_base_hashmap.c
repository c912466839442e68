/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The map against a plain array that does the same.
 */
#include "base/hashmap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define KEYS 500

static int values[KEYS];

static void test_empty(void **state)
{
	struct hashmap map = {0};
	size_t cursor = 0;

	(void)state;
	assert_null(hashmap_get(&map, 0));
	assert_null(hashmap_remove(&map, 1));
	assert_null(hashmap_next(&map, &cursor));
	hashmap_release(&map);
}

static void test_set_replaces(void **state)
{
	struct hashmap map = {0};

	(void)state;
	assert_int_equal(hashmap_set(&map, 0, &values[0]), 0);
	assert_int_equal(hashmap_set(&map, UINT64_MAX, &values[1]), 0);
	assert_int_equal(hashmap_set(&map, 0, &values[2]), 0);
	assert_int_equal(map.len, 2);
	assert_ptr_equal(hashmap_get(&map, 0), &values[2]);
	assert_ptr_equal(hashmap_remove(&map, 0), &values[2]);
	assert_null(hashmap_get(&map, 0));
	assert_ptr_equal(hashmap_get(&map, UINT64_MAX), &values[1]);
	hashmap_release(&map);
	assert_int_equal(map.len, 0);
}

/* Sets and removes in turn: as a trace does for hours. */
static void test_agrees_with_an_array(void **state)
{
	struct hashmap map = {0};
	void *expected[KEYS] = {NULL};
	uint32_t random = 1;
	size_t len = 0;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		size_t key = (random = random * 1103515245 + 12345) >> 16 & 0xffff;
		void *value = &values[key % 7];

		key %= KEYS;
		if (i & 1) {
			assert_ptr_equal(hashmap_remove(&map, key << 40), expected[key]);
			expected[key] = NULL;
		} else {
			assert_int_equal(hashmap_set(&map, key << 40, value), 0);
			expected[key] = value;
		}
	}
	for (size_t key = 0; key < KEYS; key++) {
		assert_ptr_equal(hashmap_get(&map, key << 40), expected[key]);
		len += expected[key] != NULL;
	}
	assert_int_equal(map.len, len);
	assert_in_range(map.cap, 512, 2048); /* what was deleted does not pile up */
	hashmap_release(&map);
}

static void test_walk_while_removing(void **state)
{
	struct hashmap map = {0};
	int seen[KEYS] = {0};
	int *value;

	(void)state;
	for (size_t key = 0; key < KEYS; key++)
		assert_int_equal(hashmap_set(&map, key, &values[key]), 0);
	for (size_t i = 0; (value = hashmap_next(&map, &i));) {
		seen[value - values]++;
		assert_ptr_equal(hashmap_remove(&map, value - values), value);
	}
	for (size_t key = 0; key < KEYS; key++)
		assert_int_equal(seen[key], 1);
	assert_int_equal(map.len, 0);
	assert_int_equal(map.used, 0); /* no mark is left where nothing is */
	hashmap_release(&map);
}

static void test_hash_bytes(void **state)
{
	const char text[] = "0123456789abcdef!";

	(void)state;
	assert_true(hash_bytes(text, 16, 1) == hash_bytes(text, 16, 1));
	assert_true(hash_bytes(text, 16, 1) != hash_bytes(text, 16, 2));
	assert_true(hash_bytes(text, 16, 1) != hash_bytes(text, 17, 1));
	assert_true(hash_bytes("\0", 1, 0) != hash_bytes("\0\0", 2, 0));
	assert_true(hash_bytes("ab", 2, 0) != hash_bytes("ba", 2, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_set_replaces),
		cmocka_unit_test(test_agrees_with_an_array),
		cmocka_unit_test(test_walk_while_removing),
		cmocka_unit_test(test_hash_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

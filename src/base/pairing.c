/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the keys that wait; knows nothing of what they stand for.
 */
#include "base/pairing.h"

#define RECENT_MAX 16384

bool pairing_meet(struct pairing *pairing, uint64_t key)
{
	if (hashmap_remove(&pairing->recent, key) || hashmap_remove(&pairing->older, key))
		return true;
	if (pairing->recent.len >= RECENT_MAX) {
		hashmap_release(&pairing->older);
		pairing->older = pairing->recent;
		pairing->recent = (struct hashmap){0};
	}
	hashmap_set(&pairing->recent, key, pairing);
	return false;
}

void pairing_release(struct pairing *pairing)
{
	hashmap_release(&pairing->recent);
	hashmap_release(&pairing->older);
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which keys have come a second time: one waits for the other of its kind until it is there, or
 * until so many have come since that it is not expected any more. Its memory is bounded.
 */
#pragma once

#include <stdbool.h>

#include "base/hashmap.h"

struct pairing {
	struct hashmap recent, older; /* that wait; `older`, longer than all of `recent` */
};

/* Whether this key has waited for it. If not it waits now; where there is no memory it does not. */
bool pairing_met(struct pairing *pairing, uint64_t key);
void pairing_release(struct pairing *pairing);

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

/* True: this key waited, and does no longer. False: it waits from now on, if there is memory. */
bool pairing_meet(struct pairing *pairing, uint64_t key);
void pairing_release(struct pairing *pairing);

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * When a listener was in trouble: from the moment its queue began to fill until it was
 * at ease again.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "model/model.h"

/* Trouble that begins within this time after other trouble is of the same episode. */
#define EPISODE_GAP_NS 2000000000LL
/* A queue at least half full for as long is trouble, though nobody is turned away. */
#define EPISODE_CROWDED_NS 1000000000LL

struct episode {
	int64_t start_ns, end_ns;
	int64_t trouble_ns; /* the first drop or crowded moment in it */
	bool open; /* it may go on after end_ns, which is as far as is known */
	bool whole; /* no trouble at all: the whole time the listener was watched */
};

VEC_TYPE(episodes, struct episode);

/* Those of a listener until now_ns, in order of time. 0 or -ENOMEM. */
int episodes_of(const struct listener *listener, int64_t now_ns, struct episodes *out);

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which runs of sends and receives get a line of the live trace: of a connection some of
 * each second, so that one which turns direction at every call does not push all else
 * off the screen. The others are summed up by side and direction, to be told as one run:
 *
 *     12:04:34.996 nginx[4240] send(4) ×1,248 = 1.06 MB   980ms #3
 *
 * No call and no byte is lost. A connection handed in here must stay what it is until what
 * is held back of it was taken out again.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hashmap.h"
#include "base/vec.h"
#include "model/connection.h"

#define LIVE_TURNS_A_SECOND 10 /* lines of a connection's runs, both sides together */
#define LIVE_TURNS_QUIET_NS 100000000LL /* after that without another run a sum is told */
#define LIVE_TURNS_PLACES 4096

/* Runs without a line of their own, as if they were one: of one second, of one process. */
struct live_turn {
	const struct connection *connection;
	struct event event;
	int64_t second; /* in which its connection is */
	int64_t still_ns; /* the first look that found no more than the one before */
	bool grew; /* since the last look */
};

/* Connections have their place by id modulo. It is that of the newest, with all its lines; an
 * older one that is still there shares them. */
struct live_turns_place {
	uint64_t newest; /* id */
	int64_t second;
	unsigned shown;
};

struct live_turns {
	struct live_turns_place places[LIVE_TURNS_PLACES];
	VEC(struct live_turn) held;
	struct hashmap index; /* connection, side and direction → place in held + 1 */
};

void live_turns_release(struct live_turns *turns);

/* A run of the connection: true, it is to have a line; false, it is held back. */
bool live_turns_show(struct live_turns *turns, const struct event *event,
		     const struct connection *connection);

/* Takes out one that is to be told before the event of that connection: of a run, the sum
 * that it does not continue; of anything else, all there is. False: none, or no more. */
bool live_turns_before(struct live_turns *turns, const struct event *event,
		       const struct connection *connection, struct live_turn *out);

/* Takes out one of that connection, of any if it is NULL. */
bool live_turns_take(struct live_turns *turns, const struct connection *connection,
		     struct live_turn *out);

/* Takes out the next one that has been quiet. A look at all of them begins with *cursor 0, and
 * is over when it gives false. Looks may come as often as one likes; now_ns is any clock's. */
bool live_turns_quiet(struct live_turns *turns, int64_t now_ns, size_t *cursor,
		      struct live_turn *out);

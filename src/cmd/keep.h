/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which finished connections a live trace keeps for its end, so that its memory
 * stays bounded however long it runs: the failed ones, the slowest, the first.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "model/model.h"

#define KEEP_FAILED 10000
#define KEEP_SLOWEST 100
#define KEEP_FIRST 20

struct keep {
	bool all; /* a document was asked for: it is to hold everything */
	size_t first, failed, sockets;
	struct connection *slowest[KEEP_SLOWEST]; /* a heap, the fastest of them at 0 */
	size_t slow;
};

/* True: keep it. May have the model forget another one instead. */
bool keep_connection(struct keep *keep, struct model *model, struct connection *connection);
bool keep_socket(struct keep *keep, const struct socket *socket);

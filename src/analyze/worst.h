/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which connections an operator looks at first: the failed, then the slowest.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "model/model.h"

/* The time a client lost before it was served: connecting and in the accept queue, ns. */
int64_t connection_delay(const struct connection *connection);

/* The worst first, up to max into out; equal ones by id. Returns how many. -ENOMEM. */
long worst_connections(const struct connection_list *all, size_t max,
		       const struct connection **out);

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the kernel dropped at a listener by its own count, less what was seen: how far the
 * drops that are shown are all there were.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/model.h"

/* Between the first and the last reading of its network namespace. Above 0: dropped, not seen;
 * below: told, not dropped. False: it cannot be known. */
bool residue_of(const struct model *model, const struct listener *listener, int64_t *residue);

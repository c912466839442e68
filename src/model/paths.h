/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Private to src/model: the UNIX paths that addresses point to, each kept once.
 */
#pragma once

#include "model/index.h"

/* Bytes of a record, from now on the model's. NULL: no memory. */
const char *path_keep(struct model *model, const char *path, size_t len);

/* Those that no address of the model has any more go, once they may be the most. */
void paths_sweep(struct model *model);

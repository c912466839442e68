/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Private to src/model: who found a UNIX listener's queue full, and for how long.
 */
#pragma once

#include "model/index.h"

/* It was told that a connect() found the queue full: it waits, waited or got EAGAIN. */
void unix_client_full(struct model *model, struct listening *listening, const struct st_drop *drop);

/* A connect() of a UNIX stream socket returned. */
void unix_client_returned(struct model *model, const struct st_call *call);

/* The socket is gone: it will not try again. */
void unix_client_gone(struct model *model, uint64_t socket);

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Private to src/analyze: advice that several rules give, with the commands to type.
 */
#pragma once

#include "analyze/telling.h"

/* A backlog with room to spare for what the episode needed. */
uint32_t advice_backlog(const struct facts *facts);

/* "Until then: socktrace set-backlog 64 -p 4240 -L 8088". TCP only; else nothing. */
void advise_set_backlog(const struct facts *facts, struct finding *finding, const char *lead);
/* net.core.somaxconn in the listener's namespace. */
void advise_somaxconn(const struct facts *facts, struct finding *finding, uint32_t proposed);
/* What the server's own listen() should ask for. */
void advise_listen_argument(const struct facts *facts, struct finding *finding, uint32_t proposed);

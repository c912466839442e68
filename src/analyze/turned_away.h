/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Private to src/analyze: what every finding says first, whatever the cause: how many were
 * turned away, and what became of them.
 */
#pragma once

#include "analyze/telling.h"

void tell_turned_away(const struct facts *facts, struct finding *finding);
/* The numbers all findings have. */
void tell_figures(const struct facts *facts, struct finding *finding);

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Private to the flowchart: the order of its steps.
 */
#pragma once

#include "render/flowchart_rows.h"

/* By time, and what was sent before it is received. 0 or -ENOMEM. */
int flowchart_order(struct flow_steps *steps);

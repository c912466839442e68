/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A connection's flowchart, drawn and compared with a golden file.
 */
#pragma once

#include "model/connection.h"
#include "render/style.h"

void chart_check(const char *name, const struct style *style, const struct connection *connection);
void chart_check_svg(const char *name, const struct connection *connection);

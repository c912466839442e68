/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The table behind the probe plan: which programs each way of each row needs.
 */
#pragma once

#include "capture/probes.h"

#define ROW_METHODS 3
#define METHOD_PROGRAMS 22
#define METHOD_EVERY_CALL 1 /* of ROW_CALLS: by the two programs for all of them */
#define METHOD_DATA_BY_CALLS 2 /* of ROW_DATA: by the programs of ROW_DATA_CALLS */

struct probe_method {
	const char *label; /* NULL: no such way */
	const char *programs[METHOD_PROGRAMS];
};

struct probe_row_plan {
	const char *name;
	const char *without; /* NULL: socktrace cannot run without it */
	struct probe_method methods[ROW_METHODS];
};

extern const struct probe_row_plan probe_rows[ROW_MAX];

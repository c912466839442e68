/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The drawings at the end of a trace: the flowchart where there is one connection
 * or one was asked for, the timeline where there are many. Or, with -c, the summary of calls.
 */
#pragma once

#include <stdint.h>
#include <stdio.h>

#include "analyze/call_stats.h"
#include "model/model.h"
#include "opts.h"

/* 0; -ENOENT where --conn names none, said; -errno of the stream, not said. */
int report_write(const struct options *options, const struct model *model, FILE *out);

/* Instead of drawings: what calls there were. 0 or -errno, not said. */
int report_calls(const struct options *options, const struct call_stats *stats,
		 const struct model *model, FILE *out);

/* report_write()'s as a picture: --conn, or the only or first connection. */
int report_svg(const struct options *options, const struct model *model, FILE *out);

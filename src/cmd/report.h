/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The drawings at the end of a trace: the flowchart where there is one connection
 * or one was asked for, the timeline where there are many.
 */
#pragma once

#include <stdint.h>
#include <stdio.h>

#include "model/model.h"
#include "opts.h"

/* 0; -ENOENT where --conn names none, said; -errno of the stream, not said. */
int report_write(const struct options *options, const struct model *model, FILE *out);

/* The same as a picture: --conn, or the only or first connection. */
int report_svg(const struct options *options, const struct model *model, FILE *out);

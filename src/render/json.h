/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The JSON document of a capture, schema socktrace/1: docs/FORMAT.md.
 */
#pragma once

#include <stdio.h>

#include "model/model.h"

#define JSON_SCHEMA "socktrace/1"

/* Writes the whole document and flushes. 0, or -errno of the stream (-EPIPE, -ENOSPC,
 * …), not said. Sorts the connections' events. */
int json_write(FILE *out, const struct model *model);

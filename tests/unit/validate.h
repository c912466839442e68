/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The way of exported text to tests/validate.py.
 */
#pragma once

#include <stdbool.h>

#include "base/strbuf.h"

/* Whether it takes the text as a file of that name; what it says is shown only where
 * the test expects that it does. Runs from the top of the tree. */
bool is_valid(const struct strbuf *text, const char *name, bool expected);

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Output that is compared byte for byte with a file of tests/golden, and written
 * there instead when SOCKTRACE_GOLDEN=update.
 */
#pragma once

#include "base/strbuf.h"

/* Fails the running cmocka test where they differ. Runs from the top of the tree. */
void golden_check(const char *name, const struct strbuf *actual);

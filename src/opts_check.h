/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The second half of options_parse(): after all options were read one by one.
 */
#pragma once

#include "opts.h"

/* operands: what is no option, NULL-terminated. 0, or -EINVAL and one line. */
int options_check(struct options *o, char **operands);

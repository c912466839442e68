/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which bytes are UTF-8: what every escaping of foreign names begins with.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The length (1 to 4) of the character that `bytes` begins with, 0 where they begin
 * with none: also for overlong forms, surrogates and what is beyond U+10FFFF. */
size_t utf8_decode(const char *bytes, size_t len, uint32_t *codepoint);

bool utf8_valid(const char *bytes, size_t len);

/* Whether it moves, hides or reorders other text where it is shown: control
 * characters, line separators, marks of writing direction. */
bool utf8_disturbs(uint32_t codepoint);

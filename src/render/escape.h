/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Text from the traced side (command names, paths) made harmless. Bytes that are
 * not UTF-8 and characters that steer a terminal or turn the direction of reading
 * become \xNN, byte by byte.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"

/* ascii: also every character outside ASCII. */
void escape_terminal(struct strbuf *out, const char *text, size_t len, bool ascii);

/* For the text and attribute values of XML. */
void escape_xml(struct strbuf *out, const char *text, size_t len);

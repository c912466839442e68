/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Columns: how wide a piece of output is on a terminal, padding and cutting it.
 * Colour sequences take no columns.
 */
#pragma once

#include <stddef.h>

#include "base/strbuf.h"

size_t text_width(const char *text, size_t len);

/* Pads what was appended to out since offset `start` to `width` columns. */
void text_pad(struct strbuf *out, size_t start, size_t width);

/* The same, but the padding goes before it: numbers stand on the right. */
void text_pad_left(struct strbuf *out, size_t start, size_t width);

/* Takes the blanks away that the line ends in, and ends it. */
void text_end_line(struct strbuf *out);

/* Appends text, which holds no colours, in lines of at most `width` columns, broken at blanks;
 * every line begins with `indent` blanks, but for the first, where they are there already. */
void text_wrap(struct strbuf *out, const char *text, size_t indent, size_t width);

/* Appends text, which holds no colours, cut to `width` columns; what was cut ends in ellipsis. */
void text_clip(struct strbuf *out, const char *text, size_t width, const char *ellipsis);

/* The same, keeping the end: of a path that says most. */
void text_clip_left(struct strbuf *out, const char *text, size_t width, const char *ellipsis);

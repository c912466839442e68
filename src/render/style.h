/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the output can show: colour, line-drawing characters, how many columns.
 * Colour only where it means something: red failed or dropped, yellow waiting,
 * dim what is ordinary.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"
#include "model/address.h"

struct style {
	bool color;
	bool ascii;
	unsigned width; /* columns; 80 where it is not a terminal */
};

enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER, COLOR_WHEN_MAX };

enum paint { PAINT_NONE, PAINT_DIM, PAINT_WAIT, PAINT_FAIL, PAINT_TITLE, PAINT_MAX };

enum glyph {
	GLYPH_DASH,
	GLYPH_HEAD_RIGHT,
	GLYPH_HEAD_LEFT,
	GLYPH_LOST, /* arrows */
	GLYPH_LANE,
	GLYPH_CALL,
	GLYPH_KERNEL,
	GLYPH_WAIT,
	GLYPH_QUEUE,
	GLYPH_MORE, /* on a lane */
	GLYPH_SERVED,
	GLYPH_FAILED,
	GLYPH_ABSENT,
	GLYPH_GOOD,
	GLYPH_TO,
	GLYPH_TIMES,
	GLYPH_ELLIPSIS,
	GLYPH_MAX,
};

/* For what is written to fd. Call setlocale(LC_CTYPE, "") before. Colour when
 * asked for, or by itself on a terminal without NO_COLOR; ASCII when asked for,
 * or where the locale is not UTF-8 or a character is not one column wide. */
void style_init(struct style *style, int fd, enum color_when when, bool ascii);

void style_paint(const struct style *style, enum paint paint,
		 struct strbuf *out); /* PAINT_NONE ends it */
const char *style_glyph(const struct style *style, enum glyph glyph);

#define STYLE_LEVELS 8
const char *style_level(const struct style *style, unsigned level); /* a bar 1..8 eighths high */
const char *style_eighth(const struct style *style, unsigned level); /* a bar 1..8 eighths wide */

/* units_time() and units_bytes() in the form the style allows, spaced or compact. */
void style_time(const struct style *style, bool spaced, int64_t ns, struct strbuf *out);
void style_bytes(const struct style *style, uint64_t bytes, struct strbuf *out);

/* Text of the traced side, escaped. */
void style_name(const struct style *style, const char *name, struct strbuf *out);
void style_address(const struct style *style, const struct address *address, struct strbuf *out);

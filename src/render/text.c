/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the counting of columns; knows nothing of what the text says.
 */
#include "render/text.h"

#include <stdbool.h>
#include <string.h>
#include <wchar.h>

#include "base/utf8.h"

/* Bytes of the character or colour sequence at text, and its columns. */
static size_t text_step(const char *text, size_t len, size_t *columns)
{
	uint32_t code = 0;
	size_t size = utf8_decode(text, len, &code);
	int width;

	*columns = 1;
	if (code == '\033') {
		*columns = 0;
		for (size = 1; size < len && text[size - 1] != 'm';)
			size++;
		return size;
	}
	if (code < 0x80)
		return size ? size : 1;
	width = wcwidth((wchar_t)code);
	/* in a locale that does not know it: ours are one column wide */
	if (width >= 0)
		*columns = width;
	return size;
}

static bool is_plain(char c)
{
	return c >= ' ' && c <= '~';
}

/* Whether eight bytes are: of a byte's high bit, set where it was, where it borrows from the
 * subtraction, and where the addition carries into it. */
static bool are_plain(const char *text)
{
	const uint64_t each = 0x0101010101010101;
	uint64_t bytes;

	memcpy(&bytes, text, sizeof(bytes));
	return !((bytes | (bytes - each * ' ') | (bytes + each)) & each << 7);
}

/* How many bytes at its beginning are sure to be a column each. */
static size_t plain_len(const char *text, size_t len)
{
	size_t at = 0;

	while (at + 8 <= len && are_plain(text + at))
		at += 8;
	/* fewer than eight are left: they are among the last eight */
	return at + 8 > len && len >= 8 && are_plain(text + len - 8) ? len : at;
}

size_t text_width(const char *text, size_t len)
{
	size_t at = plain_len(text, len), width = at, columns;

	for (; at < len; width += columns) {
		columns = 1;
		at += is_plain(text[at]) ? 1 : text_step(text + at, len - at, &columns);
	}
	return width;
}

void text_pad(struct strbuf *out, size_t start, size_t width)
{
	size_t have = text_width(strbuf_text(out) + start, out->len - start);

	if (have < width)
		strbuf_add_blanks(out, width - have);
}

void text_pad_left(struct strbuf *out, size_t start, size_t width)
{
	size_t len = out->len - start, added;

	text_pad(out, start, width);
	added = out->len - start - len;
	if (!added)
		return;
	memmove(out->data + start + added, out->data + start, len);
	memset(out->data + start, ' ', added);
}

void text_end_line(struct strbuf *out)
{
	size_t len = out->len;

	while (len && out->data[len - 1] == ' ')
		len--;
	strbuf_truncate(out, len);
	strbuf_add_char(out, '\n');
}

void text_wrap(struct strbuf *out, const char *text, size_t indent, size_t width)
{
	size_t column = indent;

	while (*text) {
		size_t len = strcspn(text, " "), columns = text_width(text, len);

		if (column > indent && column + 1 + columns > width) {
			strbuf_add_char(out, '\n');
			strbuf_add_blanks(out, indent);
			column = indent;
		} else if (column > indent) {
			strbuf_add_char(out, ' ');
			column++;
		}
		strbuf_append(out, text, len);
		column += columns;
		text += len;
		text += *text == ' ';
	}
	strbuf_add_char(out, '\n');
}

void text_clip(struct strbuf *out, const char *text, size_t width, const char *ellipsis)
{
	size_t len = strlen(text), room = width, at = 0, columns;
	size_t ellipsis_width = text_width(ellipsis, strlen(ellipsis));

	if (text_width(text, len) <= width) {
		strbuf_append(out, text, len);
		return;
	}
	if (width < ellipsis_width)
		return;
	room -= ellipsis_width;
	while (at < len) {
		size_t size = text_step(text + at, len - at, &columns);

		if (columns > room)
			break;
		room -= columns;
		at += size;
	}
	strbuf_append(out, text, at);
	strbuf_add(out, ellipsis);
}

void text_clip_left(struct strbuf *out, const char *text, size_t width, const char *ellipsis)
{
	size_t len = strlen(text), have = text_width(text, len), columns;
	size_t ellipsis_width = text_width(ellipsis, strlen(ellipsis));

	if (have <= width) {
		strbuf_append(out, text, len);
		return;
	}
	if (width < ellipsis_width)
		return;
	while (have > width - ellipsis_width) {
		size_t size = text_step(text, len, &columns);

		have -= columns;
		text += size;
		len -= size;
	}
	strbuf_add(out, ellipsis);
	strbuf_append(out, text, len);
}

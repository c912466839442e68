/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns which characters may pass to a terminal or into XML; knows no layout.
 */
#include "render/escape.h"

#include "base/utf8.h"

/* Controls, and what hides, joins or reorders its neighbours: a name could
 * otherwise look like another or swallow the rest of the line. */
static bool steers_reader(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0xad || code == 0x61c ||
	       (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2060 && code <= 0x206f) || code == 0xfeff ||
	       (code >= 0xfff0 && code <= 0xfffb) || (code & 0xfffe) == 0xfffe || code >= 0xe0000;
}

static void escape_bytes(struct strbuf *out, const char *bytes, size_t len)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		unsigned char byte = bytes[i];
		const char text[4] = {'\\', 'x', hex[byte >> 4], hex[byte & 15]};

		strbuf_append(out, text, sizeof(text));
	}
}

/* How many bytes need no second look: nearly every name is all of this kind. */
static size_t plain_length(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && text[n] >= ' ' && text[n] <= '~')
		n++;
	return n;
}

void escape_terminal(struct strbuf *out, const char *text, size_t len, bool ascii)
{
	size_t size;

	for (; len; text += size, len -= size) {
		uint32_t code = 0;

		size = plain_length(text, len);
		if (size) {
			strbuf_append(out, text, size);
			continue;
		}
		size = utf8_decode(text, len, &code);
		if (size && !steers_reader(code) && !(ascii && code >= 0x80)) {
			strbuf_append(out, text, size);
			continue;
		}
		size = size ? size : 1;
		escape_bytes(out, text, size);
	}
}

static const char *xml_entity(char c)
{
	switch (c) {
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '&':
		return "&amp;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void escape_xml(struct strbuf *out, const char *text, size_t len)
{
	size_t size;

	for (; len; text += size, len -= size) {
		uint32_t code = 0;
		const char *entity = xml_entity(*text);

		size = utf8_decode(text, len, &code);
		if (entity) {
			strbuf_add(out, entity);
		} else if (size && !steers_reader(code)) {
			strbuf_append(out, text, size);
		} else {
			size = size ? size : 1;
			escape_bytes(out, text, size);
		}
	}
}

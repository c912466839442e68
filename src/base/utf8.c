/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the decoding of UTF-8; knows nothing of how what is wrong gets shown.
 */
#include "base/utf8.h"

size_t utf8_decode(const char *bytes, size_t len, uint32_t *codepoint)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *p = (const unsigned char *)bytes;
	size_t need;

	if (!len)
		return 0;
	if (p[0] < 0x80) {
		*codepoint = p[0];
		return 1;
	}
	need = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc0 || p[0] > 0xf7 || need > len)
		return 0;
	*codepoint = p[0] & (0xff >> (need + 1));
	for (size_t i = 1; i < need; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*codepoint = *codepoint << 6 | (p[i] & 0x3f);
	}
	if (*codepoint < least[need] || *codepoint > 0x10ffff ||
	    (*codepoint >= 0xd800 && *codepoint <= 0xdfff))
		return 0;
	return need;
}

bool utf8_valid(const char *bytes, size_t len)
{
	uint32_t codepoint;

	while (len) {
		size_t n = utf8_decode(bytes, len, &codepoint);

		if (!n)
			return false;
		bytes += n;
		len -= n;
	}
	return true;
}

bool utf8_disturbs(uint32_t codepoint)
{
	return codepoint < 0x20 || (codepoint >= 0x7f && codepoint < 0xa0) || codepoint == 0x61c ||
	       (codepoint >= 0x200b && codepoint <= 0x200f) ||
	       (codepoint >= 0x2028 && codepoint <= 0x202e) ||
	       (codepoint >= 0x2060 && codepoint <= 0x206f) || codepoint == 0xfeff ||
	       (codepoint >= 0xfff9 && codepoint <= 0xfffb) ||
	       (codepoint >= 0xe0000 && codepoint <= 0xe007f);
}

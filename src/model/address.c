/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns how an address reads and when two are the same. Does not know whose it is.
 */
#include "model/address.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/utf8.h"

static void print_path(const char *path, size_t len, struct strbuf *out)
{
	while (len) {
		uint32_t codepoint;
		size_t n = utf8_decode(path, len, &codepoint);

		if (n && codepoint == '\\') {
			strbuf_add(out, "\\\\");
		} else if (n && !utf8_disturbs(codepoint)) {
			strbuf_append(out, path, n);
		} else {
			n = n ? n : 1;
			for (size_t i = 0; i < n; i++)
				strbuf_printf(out, "\\x%02x", (unsigned char)path[i]);
		}
		path += n;
		len -= n;
	}
}

void address_print_ip(const struct address *address, struct strbuf *out)
{
	char text[INET6_ADDRSTRLEN];
	int family = address->family == FAMILY_INET ? AF_INET : AF_INET6;

	if (address->family != FAMILY_INET && address->family != FAMILY_INET6)
		return;
	if (inet_ntop(family, address->bytes, text, sizeof(text)))
		strbuf_add(out, text);
}

void address_print(const struct address *address, struct strbuf *out)
{
	switch (address->family) {
	case FAMILY_INET:
		address_print_ip(address, out);
		break;
	case FAMILY_INET6:
		strbuf_add_char(out, '[');
		address_print_ip(address, out);
		strbuf_add_char(out, ']');
		break;
	case FAMILY_UNIX:
		if (address->abstract)
			strbuf_add_char(out, '@');
		else if (!address->path_len)
			strbuf_add(out, "(unnamed)");
		print_path(address->path, address->path_len, out);
		return;
	default:
		strbuf_add(out, "?");
		return;
	}
	strbuf_printf(out, ":%u", address->port);
}

bool address_is_any(const struct address *address)
{
	static const uint8_t zero[16];

	return (address->family == FAMILY_INET || address->family == FAMILY_INET6) &&
	       !memcmp(address->bytes, zero, sizeof(zero));
}

bool address_equal(const struct address *a, const struct address *b)
{
	if (a->family != b->family)
		return false;
	if (a->family == FAMILY_UNIX)
		return a->abstract == b->abstract && a->path_len == b->path_len &&
		       !memcmp(a->path, b->path, a->path_len);
	return a->port == b->port && !memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

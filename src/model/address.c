/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns how an address reads and when two are the same. Does not know whose it is.
 */
#include "model/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "base/units.h"
#include "base/utf8.h"
#include "model/wire.h"

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

	for (size_t i = 0; address->family == FAMILY_INET && i < 4; i++) {
		if (i)
			strbuf_add_char(out, '.');
		units_decimal(out, address->bytes[i]);
	}
	if (address->family == FAMILY_INET6 &&
	    inet_ntop(AF_INET6, address->bytes, text, sizeof(text)))
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
	strbuf_add_char(out, ':');
	units_decimal(out, address->port);
}

bool address_is_any(const struct address *address)
{
	static const uint8_t zero[16];

	return (address->family == FAMILY_INET || address->family == FAMILY_INET6) &&
	       !memcmp(address->bytes, zero, sizeof(zero));
}

bool address_is_loopback(const struct address *address)
{
	static const uint8_t loopback6[16] = {[15] = 1};

	return address->family == FAMILY_INET
		       ? address->bytes[0] == 127
		       : !memcmp(address->bytes, loopback6, sizeof(loopback6));
}

bool port_is_ephemeral(uint16_t port)
{
	return port >= 32768;
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

static bool parse_port(const char *text, uint16_t *out)
{
	char *end;
	unsigned long port = strtoul(text, &end, 10);

	*out = port;
	return text[0] >= '0' && text[0] <= '9' && !*end && port >= 1 && port <= 65535;
}

static bool parse_ip(char *host, struct address *out)
{
	size_t len = strlen(host);

	if (len > 2 && host[0] == '[' && host[len - 1] == ']') {
		host[len - 1] = '\0';
		out->family = FAMILY_INET6;
		return inet_pton(AF_INET6, host + 1, out->bytes) == 1;
	}
	out->family = FAMILY_INET;
	return inet_pton(AF_INET, host, out->bytes) == 1;
}

bool address_parse(const char *text, struct address *out)
{
	const char *colon = strrchr(text, ':');
	char host[INET6_ADDRSTRLEN + 2];

	*out = (struct address){.family = FAMILY_NONE};
	if (text[0] == '/' || text[0] == '@') {
		out->family = FAMILY_UNIX;
		out->abstract = text[0] == '@';
		text += out->abstract;
		out->path = text;
		out->path_len = strnlen(text, ST_PATH_LEN);
		return out->path_len && !text[out->path_len];
	}
	if (!colon || colon == text)
		return parse_port(colon ? colon + 1 : text, &out->port);
	if ((size_t)(colon - text) >= sizeof(host))
		return false;
	memcpy(host, text, colon - text);
	host[colon - text] = '\0';
	return parse_port(colon + 1, &out->port) && parse_ip(host, out);
}

bool address_selects(const struct address *selector, const struct address *address)
{
	if (selector->family == FAMILY_NONE)
		return address->family != FAMILY_UNIX && address->port == selector->port;
	return address_equal(selector, address);
}

struct address address_of_sockaddr(const struct sockaddr_storage *name, size_t len)
{
	const size_t path_at = offsetof(struct sockaddr_un, sun_path);
	const struct sockaddr_in6 *in6 = (const void *)name;
	const struct sockaddr_un *un = (const void *)name;
	const struct sockaddr_in *in = (const void *)name;

	switch (name->ss_family) {
	case AF_UNIX:
		return wire_path(un->sun_path, len > path_at ? len - path_at : 0);
	case AF_INET:
		return wire_address(AF_INET, true, (const void *)&in->sin_addr,
				    ntohs(in->sin_port));
	case AF_INET6:
		if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr))
			return wire_address(AF_INET6, true, in6->sin6_addr.s6_addr + 12,
					    ntohs(in6->sin6_port));
		return wire_address(AF_INET6, false, in6->sin6_addr.s6_addr, ntohs(in6->sin6_port));
	default:
		return (struct address){0};
	}
}

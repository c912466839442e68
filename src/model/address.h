/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Where a socket is: an IP address and port, or a UNIX path.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

struct sockaddr_storage;

enum family { FAMILY_NONE, FAMILY_INET, FAMILY_INET6, FAMILY_UNIX, FAMILY_MAX };

struct address {
	uint8_t family;   /* enum family; a v4-mapped address is FAMILY_INET; NONE: not known */
	uint8_t path_len; /* UNIX: bytes of path, a leading NUL not included; 0: unnamed */
	bool abstract;
	uint16_t port; /* host order; 0: none */
	uint8_t bytes[16]; /* network order, IPv4 in the first four */
	const char *path; /* not NUL-terminated; the model's, or of what this was made from */
};

/* "10.0.0.7:80", "[::1]:80", "/run/a.sock", "@name", "(unnamed)"; bytes of a path
 * that would disturb a terminal or are not UTF-8 are escaped as \xNN. */
void address_print(const struct address *address, struct strbuf *out);

/* The IP address alone: "10.0.0.7", "::1". Empty for UNIX. */
void address_print_ip(const struct address *address, struct strbuf *out);

bool address_is_any(const struct address *address); /* 0.0.0.0 or :: */
bool address_is_loopback(const struct address *address); /* 127.0.0.0/8 or ::1 */
bool port_is_ephemeral(uint16_t port); /* the kernel chose it, where nobody changed its range */
bool address_equal(const struct address *a, const struct address *b);

/* What a person types to name a listener: "80" (any address, then family is NONE),
 * "10.0.0.7:80", "[::1]:80", "/run/a.sock", "@name". False: it is none of these. */
bool address_parse(const char *text, struct address *out);
bool address_selects(const struct address *selector, const struct address *address);

/* len is of the name, as getsockname() gave it. */
struct address address_of_sockaddr(const struct sockaddr_storage *name, size_t len);

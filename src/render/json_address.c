/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns how an address is spread over members; its text is the model's.
 */
#include "render/json_address.h"

#include <arpa/inet.h>

static bool address_is_ip(const struct address *address)
{
	return address->family == FAMILY_INET || address->family == FAMILY_INET6;
}

void json_member_ip(struct json *json, const char *key, const struct address *address)
{
	char text[INET6_ADDRSTRLEN];
	int family = address->family == FAMILY_INET ? AF_INET : AF_INET6;

	json_key(json, key);
	if (address_is_ip(address))
		json_string(json, inet_ntop(family, address->bytes, text, sizeof(text)));
	else
		json_null(json);
}

void json_member_port(struct json *json, const char *key, const struct address *address)
{
	json_key(json, key);
	if (address_is_ip(address))
		json_uint(json, address->port);
	else
		json_null(json);
}

void json_address_members(struct json *json, const struct address *address)
{
	bool is_unix = address->family == FAMILY_UNIX;

	json_member_ip(json, "address", address);
	json_member_port(json, "port", address);
	json_key(json, "path");
	if (is_unix)
		json_text(json, address->path, address->path_len);
	else
		json_null(json);
	json_member_bool(json, "abstract", is_unix && address->abstract);
}

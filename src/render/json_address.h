/* SPDX-License-Identifier: BSD-2-Clause
 *
 * An address as members of the object that is open.
 */
#pragma once

#include "model/address.h"
#include "render/json_value.h"

/* address and port (null for a UNIX or unknown address), path and abstract (null and
 * false but for UNIX; an unnamed UNIX socket has the path ""). */
void json_address_members(struct json *json, const struct address *address);

/* The IP address and port under names of one's own. */
void json_member_ip(struct json *json, const char *key, const struct address *address);
void json_member_port(struct json *json, const char *key, const struct address *address);

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A socket that became neither listener nor connection, as an object of the document.
 */
#pragma once

#include "model/socket.h"
#include "render/json_form.h"

void json_socket(struct json *json, enum json_form form, const struct socket *socket);

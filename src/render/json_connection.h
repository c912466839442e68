/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A connection as an object of the document.
 */
#pragma once

#include "model/connection.h"
#include "model/model.h"
#include "render/json_form.h"

/* Its events are written in the order they have: sort them before. The capture
 * tells whether data was counted. */
void json_connection(struct json *json, enum json_form form, const struct connection *connection,
		     const struct capture *capture);

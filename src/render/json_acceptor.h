/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A thread that accepts, as an object of the document or a line of NDJSON.
 */
#pragma once

#include "model/model.h"
#include "render/json_form.h"

void json_acceptor(struct json *json, enum json_form form, const struct acceptor *acceptor,
		   const struct capture *capture);

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A listener as an object of the document.
 */
#pragma once

#include "model/model.h"
#include "render/json_form.h"

/* model: of the whole capture; NULL, it goes on: what is known at its end alone is null. */
void json_listener(struct json *json, enum json_form form, const struct listener *listener,
		   const struct model *model);

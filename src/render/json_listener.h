/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A listener as an object of the document.
 */
#pragma once

#include "model/listener.h"
#include "render/json_form.h"

void json_listener(struct json *json, enum json_form form, const struct listener *listener);

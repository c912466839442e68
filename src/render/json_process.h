/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A process as an object of the document.
 */
#pragma once

#include "model/process.h"
#include "render/json_form.h"

void json_process(struct json *json, enum json_form form, const struct process *process);

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A finding as an object of the document. The keys of `evidence` are fixed per rule.
 */
#pragma once

#include "analyze/finding.h"
#include "render/json_form.h"

void json_finding(struct json *json, enum json_form form, const struct finding *finding);

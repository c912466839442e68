/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Events, each with its arguments.
 */
#pragma once

#include "model/event.h"
#include "render/json_value.h"

void json_event_members(struct json *json, const struct event *event);

/* The member `events`: [{…}, …], in the order they have. */
void json_member_events(struct json *json, const struct events *events);

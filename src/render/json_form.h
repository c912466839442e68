/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How the objects of the document begin, as items of its arrays or as lines of
 * NDJSON, and the kinds of member most of them share.
 */
#pragma once

#include <stdint.h>

#include "model/process.h"
#include "render/json_value.h"

enum json_form {
	JSON_ITEM, /* of an array of the document */
	JSON_LINE, /* of NDJSON: its first member, `type`, says what the line is */
};

void json_open(struct json *json, enum json_form form, const char *kind);

/* `type` of a socket has another name in a line, where `type` is taken. */
const char *json_type_key(enum json_form form);

void json_member_id(struct json *json, const char *key, uint64_t id); /* 0: null */
void json_member_time(struct json *json, const char *key, int64_t t_ns); /* TIME_UNKNOWN: null */
void json_member_fd(struct json *json, const char *key, int32_t fd); /* -1: null */
/* The process's id; NULL: null. */
void json_member_process(struct json *json, const char *key, const struct process *process);
void json_time(struct json *json, int64_t t_ns);

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns how ids, times and fds are written; knows no object as a whole.
 */
#include "render/json_form.h"

#include <inttypes.h>

void json_open(struct json *json, enum json_form form, const char *kind)
{
	json_object(json);
	if (form == JSON_LINE)
		json_member_string(json, "type", kind);
}

const char *json_type_key(enum json_form form)
{
	return form == JSON_LINE ? "sock_type" : "type";
}

void json_member_id(struct json *json, const char *key, uint64_t id)
{
	json_key(json, key);
	if (id)
		json_printf(json, "%" PRIu64, id);
	else
		json_null(json);
}

void json_time(struct json *json, int64_t t_ns)
{
	if (t_ns == TIME_UNKNOWN)
		json_null(json);
	else
		json_int(json, t_ns);
}

void json_member_time(struct json *json, const char *key, int64_t t_ns)
{
	json_key(json, key);
	json_time(json, t_ns);
}

void json_member_fd(struct json *json, const char *key, int32_t fd)
{
	json_key(json, key);
	if (fd < 0)
		json_null(json);
	else
		json_int(json, fd);
}

void json_member_process(struct json *json, const char *key, const struct process *process)
{
	json_member_id(json, key, process ? process->id : 0);
}

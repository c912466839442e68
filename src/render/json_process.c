/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns how a process is written.
 */
#include "render/json_process.h"

static void json_member_u32(struct json *json, const char *key, uint32_t value, uint32_t unknown)
{
	json_key(json, key);
	if (value == unknown)
		json_null(json);
	else
		json_uint(json, value);
}

void json_process(struct json *json, enum json_form form, const struct process *process)
{
	json_open(json, form, "process");
	json_member_id(json, "id", process->id);
	json_member_uint(json, "pid", process->pid);
	json_member_time(json, "start_ns", process->start_ns);
	json_member_time(json, "end_ns", process->end_ns);
	json_member_array(json, "names");
	vec_each(name, &process->names) {
		json_array(json);
		json_time(json, name->t_ns);
		json_string(json, name->comm);
		json_array_end(json);
	}
	json_array_end(json);
	json_member_string(json, "cmdline", process->cmdline);
	json_member_u32(json, "uid", process->uid, UINT32_MAX);
	json_member_u32(json, "netns", process->netns, 0);
	json_member_string(json, "cgroup", process->cgroup_path);
	json_object_end(json);
}

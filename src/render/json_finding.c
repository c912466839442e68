/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns how a finding is written.
 */
#include "render/json_finding.h"

#include <inttypes.h>

static const char *const severities[] = {"info", "warning", "critical"};

static void json_lists(struct json *json, const struct finding *finding)
{
	json_member_array(json, "listeners");
	json_printf(json, "%" PRIu64, finding->listener->id);
	json_array_end(json);
	json_member_array(json, "connections");
	vec_each (id, &finding->connections)
		json_printf(json, "%" PRIu64, *id);
	json_array_end(json);
}

static void json_reasons(struct json *json, const struct finding *finding)
{
	json_member_array(json, "contributing");
	vec_each (rule, &finding->contributing)
		json_string(json, rule_text(*rule));
	json_array_end(json);
	json_member_object(json, "evidence");
	vec_each (evidence, &finding->evidence) {
		if (evidence->known)
			json_member_int(json, evidence->key, evidence->value);
		else
			json_member_null(json, evidence->key);
	}
	json_object_end(json);
	json_member_array(json, "excluded");
	vec_each (exclusion, &finding->excluded) {
		json_object(json);
		json_member_string(json, "rule", rule_text(exclusion->rule));
		json_member_string(json, "because", exclusion->because);
		json_object_end(json);
	}
	json_array_end(json);
}

static void json_advice(struct json *json, const struct finding *finding)
{
	json_member_array(json, "advice");
	vec_each (advice, &finding->advice) {
		json_object(json);
		json_member_string(json, "action", advice->action);
		json_member_string(json, "present", advice->present);
		json_member_string(json, "proposed", advice->proposed);
		json_member_string(json, "command", advice->command);
		json_member_string(json, "text", advice->text);
		json_object_end(json);
	}
	json_array_end(json);
}

void json_finding(struct json *json, enum json_form form, const struct finding *finding)
{
	json_open(json, form, "finding");
	json_key(json, "id");
	json_printf(json, "%" PRIu64 "-%" PRIu32, finding->id >> 32, (uint32_t)finding->id);
	json_member_string(json, "rule", rule_text(finding->rule));
	json_member_string(json, "severity", severities[finding->severity]);
	json_lists(json, finding);
	json_member_time(json, "start_ns", finding->start_ns);
	json_member_time(json, "end_ns", finding->end_ns);
	json_member_bool(json, "complete", finding->complete);
	json_member_string(json, "summary", finding->summary);
	json_reasons(json, finding);
	json_advice(json, finding);
	json_object_end(json);
}

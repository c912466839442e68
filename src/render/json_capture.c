/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns how the host, the capture and its losses are written.
 */
#include "render/json_capture.h"

#include <string.h>
#include <time.h>

#include "render/json_form.h"

#define NSEC_PER_SEC 1000000000

static void json_member_text(struct json *json, const char *key, const char *text)
{
	json_member_string(json, key, text[0] ? text : NULL);
}

static void json_member_date(struct json *json, const char *key, uint64_t realtime_ns)
{
	time_t seconds = realtime_ns / NSEC_PER_SEC;
	struct tm tm;

	json_key(json, key);
	if (realtime_ns && gmtime_r(&seconds, &tm))
		json_printf(json, "%04d-%02d-%02dT%02d:%02d:%02d.%09uZ", tm.tm_year + 1900,
			    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
			    (unsigned)(realtime_ns % NSEC_PER_SEC));
	else
		json_null(json);
}

void json_host_member(struct json *json, const struct capture *capture)
{
	json_member_object(json, "host");
	json_member_text(json, "name", capture->host);
	json_member_text(json, "kernel", capture->kernel);
	json_member_text(json, "machine", capture->machine);
	json_member_text(json, "boot_id", capture->boot_id);
	json_member_known(json, "cpus", capture->cpus);
	json_object_end(json);
}

/* A row that is probed again has its last method: no key may stand twice. */
static bool probe_is_last(const struct capture *capture, const struct probe_row *probe)
{
	const struct probe_row *end = capture->probes.items + capture->probes.len;

	for (const struct probe_row *later = probe + 1; later < end; later++)
		if (!strcmp(later->row, probe->row))
			return false;
	return true;
}

static void json_probes(struct json *json, const struct capture *capture)
{
	json_member_object(json, "probes");
	vec_each(probe, &capture->probes)
		if (probe_is_last(capture, probe)) {
			json_text_key(json, probe->row);
			json_string(json, probe->method);
		}
	json_object_end(json);
}

void json_capture_member(struct json *json, const struct capture *capture, bool over)
{
	json_member_object(json, "capture");
	json_member_date(json, "started_at", capture->started_at_ns);
	json_member_time(json, "duration_ns", over ? capture->duration_ns : TIME_UNKNOWN);
	json_member_text(json, "target", capture->target);
	json_member_text(json, "data_mode", capture->data_mode);
	json_probes(json, capture);
	json_object_end(json);
}

void json_loss_member(struct json *json, const struct capture *capture)
{
	uint64_t lost = capture_lost(capture);

	json_member_object(json, "loss");
	json_member_bool(json, "complete", !lost && capture->ended);
	json_member_uint(json, "events_lost", lost);
	json_member_object(json, "by_kind");
	for (enum st_loss kind = 0; kind < ST_LOSS_MAX; kind++)
		json_member_uint(json, loss_name(kind), capture->lost[kind]);
	json_object_end(json);
	json_member_bool(json, "cut", !capture->ended);
	json_object_end(json);
}

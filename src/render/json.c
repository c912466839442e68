/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the order of the document's sections: one object a line, so that it can be
 * read with eyes and compared line by line.
 */
#include "render/json.h"

#include "render/json_acceptor.h"
#include <errno.h>

#include "analyze/finding.h"
#include "render/json_capture.h"
#include "render/json_connection.h"
#include "render/json_finding.h"
#include "render/json_listener.h"
#include "render/json_process.h"
#include "render/json_socket.h"

static void json_section(struct json *json, const char *key)
{
	json_newline(json);
	json_member_array(json, key);
}

static void json_sockets(struct json *json, const struct model *model)
{
	json_section(json, "sockets");
	for (size_t i = 0; i < model->sockets.len; i++) {
		if (!model_socket_shown(model->sockets.items[i]))
			continue;
		json_newline(json);
		json_socket(json, JSON_ITEM, model->sockets.items[i]);
	}
	json_array_end(json);
}

static void json_connections(struct json *json, const struct model *model)
{
	json_section(json, "connections");
	for (size_t i = 0; i < model->connections.len; i++) {
		connection_sort(model->connections.items[i]);
		json_newline(json);
		json_connection(json, JSON_ITEM, model->connections.items[i], &model->capture);
	}
	json_array_end(json);
}

static void json_processes(struct json *json, const struct model *model)
{
	json_section(json, "processes");
	for (size_t i = 0; i < model->processes.len; i++) {
		json_newline(json);
		json_process(json, JSON_ITEM, model->processes.items[i]);
	}
	json_array_end(json);
}

static void json_listeners(struct json *json, const struct model *model)
{
	json_section(json, "listeners");
	for (size_t i = 0; i < model->listeners.len; i++) {
		json_newline(json);
		json_listener(json, JSON_ITEM, model->listeners.items[i], model);
	}
	json_array_end(json);
}

static void json_acceptors(struct json *json, const struct model *model)
{
	json_section(json, "acceptors");
	for (size_t i = 0; i < model->acceptors.len; i++) {
		json_newline(json);
		json_acceptor(json, JSON_ITEM, model->acceptors.items[i], &model->capture);
	}
	json_array_end(json);
}

static void json_findings(struct json *json, const struct model *model)
{
	struct findings findings;

	json_section(json, "findings");
	if (findings_of(model, &findings)) {
		json_fail(json, -ENOMEM);
		return;
	}
	vec_each (finding, &findings) {
		json_newline(json);
		json_finding(json, JSON_ITEM, finding);
	}
	findings_release(&findings);
	json_array_end(json);
}

int json_write(FILE *out, const struct model *model)
{
	struct json json;

	json_init(&json, out);
	json_object(&json);
	json_member_string(&json, "schema", JSON_SCHEMA);
	json_newline(&json);
	json_host_member(&json, &model->capture);
	json_newline(&json);
	json_capture_member(&json, &model->capture, true);
	json_newline(&json);
	json_loss_member(&json, &model->capture);
	json_processes(&json, model);
	json_sockets(&json, model);
	json_listeners(&json, model);
	json_acceptors(&json, model);
	json_connections(&json, model);
	json_findings(&json, model);
	json_object_end(&json);
	json_line_end(&json);
	return json_release(&json);
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns which lines there are and when; the objects in them are those of the document.
 */
#include "render/ndjson.h"

#include <errno.h>

#include "render/json.h"
#include "render/json_acceptor.h"
#include "render/json_capture.h"
#include "render/json_connection.h"
#include "render/json_event.h"
#include "render/json_finding.h"
#include "render/json_listener.h"
#include "render/json_process.h"
#include "render/json_socket.h"

void ndjson_init(struct ndjson *writer, FILE *out, const struct capture *capture)
{
	*writer = (struct ndjson){.capture = capture};
	json_init(&writer->json, out);
}

void ndjson_header(struct ndjson *writer)
{
	struct json *json = &writer->json;

	if (writer->started)
		return;
	writer->started = true;
	json_open(json, JSON_LINE, "header");
	json_member_string(json, "schema", JSON_SCHEMA);
	json_host_member(json, writer->capture);
	json_capture_member(json, writer->capture, false);
	json_object_end(json);
	json_line_end(json);
}

void ndjson_process(struct ndjson *writer, const struct process *process)
{
	ndjson_header(writer);
	json_process(&writer->json, JSON_LINE, process);
	json_line_end(&writer->json);
}

static void ndjson_listener_of(struct ndjson *writer, const struct listener *listener,
			       const struct model *model)
{
	ndjson_header(writer);
	json_listener(&writer->json, JSON_LINE, listener, model);
	json_line_end(&writer->json);
}

void ndjson_listener(struct ndjson *writer, const struct listener *listener)
{
	ndjson_listener_of(writer, listener, NULL);
}

static void ndjson_acceptor(struct ndjson *writer, const struct acceptor *acceptor)
{
	json_acceptor(&writer->json, JSON_LINE, acceptor, writer->capture);
	json_line_end(&writer->json);
}

void ndjson_socket(struct ndjson *writer, const struct socket *socket)
{
	ndjson_header(writer);
	json_socket(&writer->json, JSON_LINE, socket);
	json_line_end(&writer->json);
}

void ndjson_connection(struct ndjson *writer, struct connection *connection)
{
	ndjson_header(writer);
	connection_sort(connection);
	json_connection(&writer->json, JSON_LINE, connection, writer->capture);
	json_line_end(&writer->json);
}

void ndjson_event(struct ndjson *writer, const struct event *event, const struct socket *socket,
		  const struct listener *listener, const struct connection *connection)
{
	struct json *json = &writer->json;

	ndjson_header(writer);
	json_open(json, JSON_LINE, "event");
	json_member_id(json, "connection", connection ? connection->id : 0);
	json_member_id(json, "listener", listener ? listener->id : 0);
	json_member_id(json, "socket", socket && model_socket_shown(socket) ? socket->id : 0);
	json_event_members(json, event);
	json_object_end(json);
	json_line_end(json);
}

void ndjson_finding(struct ndjson *writer, const struct finding *finding)
{
	ndjson_header(writer);
	json_finding(&writer->json, JSON_LINE, finding);
	json_line_end(&writer->json);
}

static void ndjson_findings(struct ndjson *writer, const struct model *model)
{
	struct findings findings;

	if (findings_of(model, &findings)) {
		json_fail(&writer->json, -ENOMEM);
		return;
	}
	vec_each (finding, &findings)
		ndjson_finding(writer, finding);
	findings_release(&findings);
}

void ndjson_open_connections(struct ndjson *writer, const struct model *model)
{
	for (size_t i = 0; i < model->connections.len; i++)
		if (!model->connections.items[i]->retired)
			ndjson_connection(writer, model->connections.items[i]);
}

void ndjson_end_line(struct ndjson *writer)
{
	struct json *json = &writer->json;

	ndjson_header(writer);
	json_open(json, JSON_LINE, "end");
	json_member_time(json, "duration_ns", writer->capture->duration_ns);
	json_loss_member(json, writer->capture);
	json_object_end(json);
	json_line_end(json);
}

void ndjson_end(struct ndjson *writer, const struct model *model)
{
	ndjson_header(writer);
	for (size_t i = 0; i < model->sockets.len; i++)
		if (model_socket_shown(model->sockets.items[i]))
			ndjson_socket(writer, model->sockets.items[i]);
	for (size_t i = 0; i < model->listeners.len; i++)
		ndjson_listener_of(writer, model->listeners.items[i], model);
	for (size_t i = 0; i < model->acceptors.len; i++)
		ndjson_acceptor(writer, model->acceptors.items[i]);
	for (size_t i = 0; i < model->connections.len; i++)
		if (!model->connections.items[i]->retired)
			ndjson_connection(writer, model->connections.items[i]);
	ndjson_findings(writer, model);
	ndjson_end_line(writer);
}

int ndjson_flush(struct ndjson *writer)
{
	return json_flush(&writer->json);
}

int ndjson_release(struct ndjson *writer)
{
	return json_release(&writer->json);
}

static void watch_event(void *context, const struct event *event, const struct socket *socket,
			const struct listener *listener, const struct connection *connection)
{
	ndjson_event(context, event, socket, listener, connection);
}

static bool watch_retire(void *context, struct connection *connection)
{
	ndjson_connection(context, connection);
	return false;
}

static bool watch_retire_socket(void *context, struct socket *socket)
{
	if (model_socket_shown(socket))
		ndjson_socket(context, socket);
	return false;
}

static void watch_process(void *context, const struct process *process)
{
	ndjson_process(context, process);
}

static void watch_listener(void *context, const struct listener *listener)
{
	ndjson_listener(context, listener);
}

struct model_watch ndjson_watch(struct ndjson *writer, bool with_events)
{
	return (struct model_watch){
		.context = writer,
		.event = with_events ? watch_event : NULL,
		.retire = watch_retire,
		.retire_socket = watch_retire_socket,
		.process = watch_process,
		.listener = watch_listener,
	};
}

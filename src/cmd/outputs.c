/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the open files; what goes into them is render's and capture's.
 */
#include "cmd/outputs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cmd/report.h"
#include "render/json.h"

#define each_output(it, outputs, wanted)                                                           \
	vec_each (it, &(outputs)->items)                                                           \
		if ((*it)->format == (wanted))

/* Those that are written line by line. */
#define each_stream(it, outputs)                                                                   \
	vec_each (it, &(outputs)->items)                                                           \
		if ((*it)->format == FORMAT_NDJSON || (*it)->format == FORMAT_HTML)

/* Returns r. */
static int say_failed(const char *path, const char *what, int r)
{
	const char *remedy = r == -ENOSPC || r == -EDQUOT
				     ? "free some space, or name another file with -o"
				     : "name another file with -o";

	if (!strcmp(path, "-"))
		log_err("cannot %s standard output: %s", what, strerror(-r));
	else
		log_err("cannot %s %s: %s; %s", what, path, strerror(-r), remedy);
	return r;
}

static void failed(struct outputs *outputs, struct output *output, int r)
{
	if (r >= 0 || output->failed)
		return;
	output->failed = true;
	if (!outputs->error)
		outputs->error = r;
	if (r == -ENOENT || output->format == FORMAT_RECORDING)
		return; /* was said */
	say_failed(output->path, "write to", r);
}

static int open_stream(struct output *output)
{
	output->stream = strcmp(output->path, "-") ? fopen(output->path, "we") : stdout;
	if (output->stream)
		return 0;
	return say_failed(output->path, "create", -errno);
}

static int open_report(struct output *output)
{
	int r = open_stream(output);

	if (r)
		return r;
	r = html_new(output->stream, &output->html);
	if (r == -ENOSYS)
		return log_err_r(r, "this socktrace was built without the viewer (make VIEWER=0)");
	if (r)
		return say_failed(output->path, "write to", r);
	return 0;
}

static int open_output(struct outputs *outputs, const char *path, enum format format)
{
	struct output *output = calloc(1, sizeof(*output));
	int r = output ? vec_push(&outputs->items, output) : -ENOMEM;

	if (r) {
		free(output);
		return r;
	}
	output->path = path;
	output->format = format;
	r = format == FORMAT_RECORDING ? recording_create(path, &output->writer)
	    : format == FORMAT_HTML    ? open_report(output)
				       : open_stream(output);
	if (!r && format == FORMAT_NDJSON)
		ndjson_init(&output->ndjson, output->stream, &outputs->model->capture);
	if (!r && format == FORMAT_HTML)
		ndjson_init(&output->ndjson, html_data(output->html), &outputs->model->capture);
	return r;
}

int outputs_open(struct outputs *outputs, const struct options *options, const struct model *model)
{
	int r = 0;

	*outputs = (struct outputs){.options = options, .model = model};
	if (options->json)
		r = open_output(outputs, "-", FORMAT_NDJSON);
	for (size_t i = 0; i < options->outputs.len && !r; i++)
		r = open_output(outputs, options->outputs.items[i].path,
				options->outputs.items[i].format);
	return r;
}

bool outputs_need_all(const struct outputs *outputs)
{
	each_output(it, outputs, FORMAT_JSON) return true;
	each_output(it, outputs, FORMAT_SVG) return true;
	return false;
}

void outputs_record(struct outputs *outputs, const void *record, size_t size)
{
	each_output(it, outputs, FORMAT_RECORDING)
		failed(outputs, *it, recording_write((*it)->writer, record, size));
}

void outputs_event(struct outputs *outputs, const struct event *event, const struct socket *socket,
		   const struct listener *listener, const struct connection *connection)
{
	if (!outputs->options->with_events)
		return;
	each_output(it, outputs, FORMAT_NDJSON)
		ndjson_event(&(*it)->ndjson, event, socket, listener, connection);
}

void outputs_connection(struct outputs *outputs, struct connection *connection)
{
	each_stream (it, outputs) ndjson_connection(&(*it)->ndjson, connection);
}

void outputs_socket(struct outputs *outputs, struct socket *socket)
{
	each_stream (it, outputs) ndjson_socket(&(*it)->ndjson, socket);
}

void outputs_process(struct outputs *outputs, const struct process *process)
{
	each_stream (it, outputs) ndjson_process(&(*it)->ndjson, process);
}

void outputs_listener(struct outputs *outputs, const struct listener *listener)
{
	each_stream (it, outputs) ndjson_listener(&(*it)->ndjson, listener);
}

void outputs_finding(struct outputs *outputs, const struct finding *finding)
{
	each_output(it, outputs, FORMAT_NDJSON) ndjson_finding(&(*it)->ndjson, finding);
}

void outputs_tick(struct outputs *outputs, int64_t now_ns)
{
	each_output(it, outputs, FORMAT_RECORDING)
		failed(outputs, *it, recording_flush((*it)->writer));
	each_output(it, outputs, FORMAT_NDJSON)
	{
		if (outputs->options->interval_ns && now_ns >= (*it)->next_ns) {
			if ((*it)->next_ns)
				ndjson_open_connections(&(*it)->ndjson, outputs->model);
			(*it)->next_ns = now_ns + outputs->options->interval_ns;
		}
		failed(outputs, *it, ndjson_flush(&(*it)->ndjson));
	}
}

static int finish(struct outputs *outputs, struct output *output)
{
	int r;

	switch (output->format) {
	case FORMAT_JSON:
		return json_write(output->stream, outputs->model);
	case FORMAT_SVG:
		return report_svg(outputs->options, outputs->model, output->stream);
	case FORMAT_NDJSON:
		ndjson_end(&output->ndjson, outputs->model);
		return ndjson_flush(&output->ndjson);
	case FORMAT_HTML:
		ndjson_end(&output->ndjson, outputs->model);
		r = ndjson_flush(&output->ndjson);
		return r ? r : html_finish(output->html);
	default:
		return recording_close(&output->writer);
	}
}

int outputs_finish(struct outputs *outputs)
{
	vec_each (it, &outputs->items)
		failed(outputs, *it, finish(outputs, *it));
	return outputs->error;
}

void outputs_release(struct outputs *outputs)
{
	vec_each (it, &outputs->items) {
		if ((*it)->ndjson.capture)
			ndjson_release(&(*it)->ndjson);
		html_free(&(*it)->html);
		if ((*it)->writer)
			recording_close(&(*it)->writer);
		if ((*it)->stream && (*it)->stream != stdout)
			fclose((*it)->stream);
		free(*it);
	}
	vec_release(&outputs->items);
}

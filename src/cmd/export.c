/* SPDX-License-Identifier: BSD-2-Clause
 *
 * socktrace export: a recording as a document, a stream or a picture.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "capture/recording_read.h"
#include "cmd/cmd.h"
#include "cmd/feed.h"
#include "cmd/outputs.h"

static bool print_connection(void *context, struct connection *connection)
{
	outputs_connection(context, connection);
	return false; /* it is in the file: the model may forget it */
}

static bool print_socket(void *context, struct socket *socket)
{
	outputs_socket(context, socket);
	return false;
}

static void print_process(void *context, const struct process *process)
{
	outputs_process(context, process);
}

static void print_listener(void *context, const struct listener *listener)
{
	outputs_listener(context, listener);
}

static void print_event(void *context, const struct event *event, const struct socket *socket,
			const struct listener *listener, const struct connection *connection)
{
	outputs_event(context, event, socket, listener, connection);
}

static int check_not_itself(const char *from, const char *to)
{
	struct stat in, out;

	if (!strcmp(from, "-") || !strcmp(to, "-") || stat(from, &in) || stat(to, &out) ||
	    in.st_dev != out.st_dev || in.st_ino != out.st_ino)
		return 0;
	return log_err_r(-EINVAL, "-o %s is the recording itself: it would be lost", to);
}

/* What is to be read comes first: a file that is there is not emptied for nothing. */
static int read_and_write(const struct options *options, struct model *model,
			  struct outputs *outputs)
{
	struct recording_reader *reader;
	int r = check_not_itself(options->file, options->outputs.items[0].path);

	if (!r)
		r = recording_open(options->file, &reader);
	if (r)
		return r;
	r = outputs_open(outputs, options, model);
	if (!r)
		r = feed_reader(model, reader, options->file);
	if (!r)
		r = outputs_finish(outputs);
	recording_reader_free(&reader);
	return r;
}

int cmd_export(const struct options *options)
{
	const char *path = options->outputs.len ? options->outputs.items[0].path : "-";
	struct output_file file = {path, options->format};
	struct options one = *options;
	struct outputs outputs = {0};
	struct model_watch watch = {.context = &outputs};
	struct model *model;
	int r;

	one.outputs.items = &file;
	one.outputs.len = 1;
	if (options->format == FORMAT_NDJSON || options->format == FORMAT_HTML) {
		watch = (struct model_watch){.context = &outputs,
					     .event = print_event,
					     .retire = print_connection,
					     .retire_socket = print_socket,
					     .process = print_process,
					     .listener = print_listener};
	}
	r = model_new(&model, &watch);
	if (r)
		return STATUS_FAILED;
	r = read_and_write(&one, model, &outputs);
	outputs_release(&outputs);
	model_free(&model);
	return r ? STATUS_FAILED : STATUS_OK;
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Feeds any bytes to the decoder and what it lets through to a model: nothing may
 * crash, leak or be undefined. With -fsanitize=fuzzer it is a libFuzzer target; with
 * -DFUZZ_REPLAY a program that replays the files named as its arguments.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode/decode.h"
#include "model/index.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void on_event(void *context, const struct event *event, const struct socket *socket,
		     const struct listener *listener, const struct connection *connection)
{
	(void)context;
	if (!socket && !listener && !connection)
		abort();
	if (!*event_name_text(event->name))
		abort();
}

static bool on_retire(void *context, struct connection *connection)
{
	(void)context;
	connection_sort(connection);
	return connection->id % 2;
}

static bool on_retire_socket(void *context, struct socket *socket)
{
	(void)context;
	return socket->id % 2;
}

static void feed_all(struct model *model, const uint8_t *bytes, size_t len)
{
	struct record record;

	while (len) {
		int r = decode_record(bytes, len, &record);

		if (r == -ENODATA)
			return;
		if (model->index->paths.count)
			model->index->paths_enough = 0; /* what is still needed must outlive it */
		if (!r && model_apply(model, &record))
			abort();
		bytes += record.header->size;
		len -= record.header->size;
	}
}

/* What a renderer would read. */
static void read_all(struct model *model)
{
	struct strbuf text = STRBUF_INIT;

	vec_each (at, &model->connections) {
		connection_sort(*at);
		address_print(&(*at)->client_address, &text);
		address_print(&(*at)->server_address, &text);
		strbuf_add(&text, outcome_text((*at)->outcome));
		if (model_connection(model, (*at)->id) != *at)
			abort();
	}
	vec_each (at, &model->listeners)
		address_print(&(*at)->address, &text);
	vec_each (at, &model->sockets)
		if (model_socket_shown(*at))
			address_print(&(*at)->local, &text);
	vec_each (at, &model->processes)
		strbuf_add(&text, process_comm(*at));
	strbuf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct model_watch watch = {
		.event = on_event, .retire = on_retire, .retire_socket = on_retire_socket};
	uint64_t *aligned = malloc(len + sizeof(*aligned));
	struct model *model;

	if (!aligned || model_new(&model, &watch))
		abort();
	memcpy(aligned, bytes, len);
	feed_all(model, (const uint8_t *)aligned, len);
	model_finish(model);
	read_all(model);
	model_free(&model);
	free(aligned);
	return 0;
}

#ifdef FUZZ_REPLAY
static int replay(const char *path)
{
	static uint8_t bytes[1 << 20];
	FILE *file = fopen(path, "rb");
	size_t len;

	if (!file) {
		perror(path);
		return 1;
	}
	len = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	LLVMFuzzerTestOneInput(bytes, len);
	return 0;
}

int main(int argc, char **argv)
{
	int failed = 0;

	for (int i = 1; i < argc; i++)
		failed |= replay(argv[i]);
	return failed;
}
#endif

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * From records to exported text: the same records as document and as stream tell of
 * the same connections, and the stream's memory does not grow with them.
 */
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "build.h"
#include "render/json.h"
#include "render/ndjson.h"
#include "validate.h"

#define CONNECTIONS 2000

/* One server, CONNECTIONS clients one after the other, one of them left open. */
static void play(struct model *model)
{
	uint64_t t = BUILD_START_NS + MS;

	feed(model, build_host());
	build_listener(model, t);
	for (unsigned i = 0; i < CONNECTIONS; i++, t += MS) {
		uint16_t port = 20000 + i;
		/* the builders derive the sequence numbers from this difference */
		uint64_t client = 1000 + 20 * i, server = client + BUILD_SERVER - BUILD_CLIENT;

		build_connect(model, t, client, port);
		build_child(model, t + 65 * US, server, port);
		build_accept(model, t + 100 * US, server, port, 4);
		if (i == CONNECTIONS - 1)
			break;
		feed(model, build_data(t + 110 * US, server, ST_SEND, 2, 26, 200));
		feed(model, build_data(t + 120 * US, client, ST_RECV, 1, 26, 100));
		build_close(model, t + 130 * US, build_tcp(server, 8088, port), 200, 4,
			    TCP_ESTABLISHED);
		build_close(model, t + 140 * US, build_tcp(client, port, 8088), 100, 3,
			    TCP_CLOSE_WAIT);
	}
	build_pass(model, t + MS);
	feed(model, (struct st_end){.h = {.type = ST_END, .size = sizeof(struct st_end),
					  .ts_ns = t + 2 * MS}});
	model_finish(model);
}

static size_t occurrences(const struct strbuf *text, const char *part)
{
	const char *at = text->data, *end = at + text->len;
	size_t n = 0, len = strlen(part);

	while ((at = memmem(at, end - at, part, len))) {
		at += len;
		n++;
	}
	return n;
}

/* What both forms must have. */
static void assert_told(const struct strbuf *text)
{
	assert_int_equal(occurrences(text, "\"outcome\":\"closed\",\"ended_by\":"),
			 CONNECTIONS - 1);
	assert_int_equal(occurrences(text, "\"outcome\":\"open\",\"ended_by\":null"), 1);
	assert_int_equal(occurrences(text, "\"bytes_sent\":26,\"bytes_received\":0"),
			 CONNECTIONS - 1);
	assert_int_equal(occurrences(text, "\"bytes_sent\":0,\"bytes_received\":26"),
			 CONNECTIONS - 1);
	assert_int_equal(occurrences(text, "{\"complete\":true"), 1);
}

static void test_document(void **state)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	struct model *model;
	char *bytes;
	size_t len;
	FILE *file = open_memstream(&bytes, &len);

	(void)state;
	assert_non_null(file);
	assert_int_equal(model_new(&model, NULL), 0);
	play(model);
	assert_int_equal(json_write(file, model), 0);
	model_free(&model);
	fclose(file);
	strbuf_append(&text, bytes, len);
	free(bytes);
	assert_told(&text);
	assert_true(is_valid(&text, "model.json", true));
}

static void test_stream(void **state)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	struct ndjson writer;
	struct model_watch watch = ndjson_watch(&writer, true);
	struct model *model;
	char *bytes;
	size_t len;
	FILE *file = open_memstream(&bytes, &len);

	(void)state;
	assert_non_null(file);
	assert_int_equal(model_new(&model, &watch), 0);
	ndjson_init(&writer, file, &model->capture);
	play(model);
	assert_in_range(model->connections.len, 1, 10);
	assert_in_range(model->sockets.len, 1, 20);
	assert_true(writer.json.buf.cap <= 256 << 10);
	ndjson_end(&writer, model);
	assert_int_equal(ndjson_release(&writer), 0);
	model_free(&model);
	fclose(file);
	strbuf_append(&text, bytes, len);
	free(bytes);
	assert_told(&text);
	assert_int_equal(occurrences(&text, "{\"type\":\"connection\""), CONNECTIONS);
	assert_true(is_valid(&text, "model.ndjson", true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_document),
		cmocka_unit_test(test_stream),
	};

	return cmocka_run_group_tests_name("json_model", tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The document and its stream form: what stands in them, that both agree with the
 * schema, and that the check of that can fail.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "fixture.h"
#include "golden.h"
#include "model/index.h"
#include "render/json.h"
#include "render/ndjson.h"
#include "validate.h"

/* Names as an attacker would choose them: terminal escapes, quotes, HTML, no UTF-8. */
#define HOSTILE "\x1b]0;x\a\"\\'</\n\xff\xc3"

static void hostile_unix(struct fixture *fixture)
{
	struct address path = {.family = FAMILY_UNIX,
			       .path = "\0\x1b[2J\xff\"\\</s>",
			       .path_len = 12,
			       .abstract = true};
	struct connection *connection;
	struct event *connect;

	connection = fixture_connection(fixture, PROTOCOL_UNIX, unix_address(""), path);
	strcpy(connection->client.comm, HOSTILE);
	connection->server.process = NULL;
	connection->server.comm[0] = '\0';
	connection->roles_inferred = true;
	connection->outcome = OUTCOME_OPEN;
	connect = event_at(&connection->events, EVENT_CONNECT, SIDE_CLIENT, -5, 10, 3);
	connect->arg.name.address = path;
	event_failed(event_at(&connection->events, EVENT_SEND, SIDE_CLIENT, 30, 1, 3), EPIPE);
	event_at(&connection->events, EVENT_CLOSE, SIDE_SERVER, 40, 0, -1);
}

static void udp_flow(struct fixture *fixture)
{
	struct connection *connection = fixture_connection(fixture, PROTOCOL_UDP,
							   ip_address("fe80::1", 5353),
							   ip_address("fe80::2", 53));
	struct event *event;

	event = socket_at(&connection->events, SIDE_CLIENT, 10, SOCK_DGRAM | SOCK_NONBLOCK, 9);
	event->arg.socket.domain = AF_INET6;
	event = event_at(&connection->events, EVENT_SHUTDOWN, SIDE_CLIENT, 40, 2, 9);
	event->arg.how = 1;
	data_at(&connection->events, EVENT_SEND, SIDE_CLIENT, 20, 9, 3, 99); /* out of order */
	event = event_at(&connection->events, EVENT_RESET, SIDE_CLIENT, 50, 0, -1);
	event->ret = 1;
	connection->client.bytes_sent = 99;
	connection->start_ns = 10000;
	connection->has_pair = true;
	connection->pair = 0x00000a0bdeadbeef;
}

static void capture_fill(struct capture *capture)
{
	struct probe_row rows[] = {
		{"data", "none"}, {"TCP \"states\"", "tp_btf"}, {"data", "runs"}};

	strcpy(capture->host, "web-1");
	strcpy(capture->kernel, "6.1.0");
	strcpy(capture->machine, "x86_64");
	strcpy(capture->target, "-p 4240 " HOSTILE);
	strcpy(capture->data_mode, "runs");
	capture->cpus = 2;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(vec_push(&capture->probes, rows[i]), 0);
}

static void listener_fill(struct listener *listener)
{
	struct backlog_change change = {3000000000, -1, 4096};
	struct event *event;

	for (uint32_t i = 0; i < 4; i++) {
		struct queue_sample sample = {2000000000 + i, i % 3};

		assert_int_equal(vec_push(&listener->samples, sample), 0);
	}
	listener->depth_max = 2;
	listener->somaxconn = 4096;
	assert_int_equal(vec_push(&listener->backlog_changes, change), 0);
	event = event_at(&listener->events, EVENT_ACCEPT, SIDE_NONE, 4000000, 1, 3);
	event->arg.accept.flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
	event_failed(event, EMFILE);
	listener->group = 9;
	listener->defer_accept_s = 1;
	listener->syn_queue_max = 3;
	listener->drops_seen = 1 << DROP_SYN | 1 << DROP_SYN_QUEUE | 1 << DROP_COOKIE;
	listener->cookies_sent = 12;
	assert_int_equal(
		vec_push(&listener->readings, ((struct listener_reading){1000, 2, 5, 3, 0})), 0);
}

/* A bit of everything that there is. */
static struct fixture *fixture_of_all(void)
{
	static char cmdline[] = "python3 -c print(\"\xc3\xbc\")", cgroup[] = "/user.slice";
	struct fixture *fixture = fixture_new();

	capture_fill(&fixture->model.capture);
	fixture->model.capture.ended = true;
	listener_fill(&fixture->listener);
	strcpy(fixture->server.names.items[0].comm, HOSTILE);
	fixture->server.cmdline = cmdline;
	fixture->server.uid = 1000;
	fixture->client.uid = UINT32_MAX;
	fixture->client.cgroup_path = cgroup;
	story_local(fixture);
	story_remote(fixture);
	story_refused(fixture);
	story_timed_out(fixture);
	story_served(fixture, "10.0.0.8", 100, 60, 299000, 1200);
	story_dropped(fixture);
	hostile_unix(fixture);
	udp_flow(fixture);
	return fixture;
}

/* bind() to a port that is taken, and nothing else. */
static void socket_fill(struct sock *sock, struct fixture *fixture)
{
	struct socket *socket = &sock->pub;
	struct event *event;

	*sock = (struct sock){
		.pub = {.id = 1, .family = FAMILY_INET, .process = &fixture->server, .fd = 7}};
	socket_at(&socket->events, SIDE_NONE, 5, SOCK_STREAM, 7);
	event = event_at(&socket->events, EVENT_BIND, SIDE_NONE, 6, 2, 7);
	event->arg.name.address = ip_address("127.0.0.1", 8088);
	event_failed(event, EADDRINUSE);
	event_at(&socket->events, EVENT_CLOSE, SIDE_NONE, 9, 2, 7);
	assert_int_equal(vec_push(&fixture->model.sockets, socket), 0);
}

static void fixture_done(struct fixture *fixture)
{
	vec_each(socket, &fixture->model.sockets)
		vec_release(&(*socket)->events);
	vec_release(&fixture->model.sockets);
	vec_release(&fixture->model.capture.probes);
	vec_release(&fixture->listener.backlog_changes);
	fixture_free(fixture);
}

static void document(const struct fixture *fixture, struct strbuf *out)
{
	char *text;
	size_t len;
	FILE *file = open_memstream(&text, &len);

	assert_non_null(file);
	assert_int_equal(json_write(file, &fixture->model), 0);
	fclose(file);
	strbuf_append(out, text, len);
	free(text);
}

static void stream(struct fixture *fixture, struct strbuf *out)
{
	const struct model *model = &fixture->model;
	struct connection *local = model->connections.items[0];
	struct ndjson writer;
	struct model_watch watch = ndjson_watch(&writer, true);
	char *text;
	size_t len;
	FILE *file = open_memstream(&text, &len);

	assert_non_null(file);
	ndjson_init(&writer, file, &model->capture);
	watch.process(watch.context, &fixture->server);
	watch.process(watch.context, &fixture->client);
	watch.listener(watch.context, &fixture->listener);
	watch.event(watch.context, &local->events.items[5], NULL, &fixture->listener, local);
	local->retired = true;
	assert_false(watch.retire(watch.context, local));
	ndjson_open_connections(&writer, model);
	ndjson_end(&writer, model);
	assert_int_equal(ndjson_release(&writer), 0);
	fclose(file);
	strbuf_append(out, text, len);
	free(text);
}

static void assert_has(const struct strbuf *text, const char *part)
{
	if (!strstr(strbuf_text(text), part))
		fail_msg("lacks %s", part);
}

static void assert_lacks(const struct strbuf *text, const char *part)
{
	if (strstr(strbuf_text(text), part))
		fail_msg("has %s", part);
}

static void test_document(void **state)
{
	struct fixture *fixture = fixture_of_all();
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	struct sock sock;

	(void)state;
	socket_fill(&sock, fixture);
	document(fixture, &text);
	assert_true(is_valid(&text, "a.json", true));
	golden_check("document.json", &text);
	fixture_done(fixture);
}

static void test_stream(void **state)
{
	struct fixture *fixture = fixture_of_all();
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	struct sock sock;

	(void)state;
	socket_fill(&sock, fixture);
	stream(fixture, &text);
	assert_true(is_valid(&text, "a.ndjson", true));
	golden_check("stream.ndjson", &text);
	fixture_done(fixture);
}

/* Nothing happened: every section is there, and empty. */
static void test_empty(void **state)
{
	static struct fixture fixture; /* no started_at, no host: nothing is known */
	struct strbuf text strbuf_cleanup = STRBUF_INIT;

	(void)state;
	document(&fixture, &text);
	assert_true(is_valid(&text, "empty.json", true));
	assert_has(&text, "\"host\":{\"name\":null,");
	assert_has(&text, "\"started_at\":null,");
	assert_has(&text, "\"complete\":false,\"events_lost\":0");
	assert_has(&text, "\"cut\":true");
	assert_has(&text, "\"connections\":[],\n\"findings\":[]}\n");
}

static void test_hostile_names(void **state)
{
	struct fixture *fixture = fixture_of_all();
	struct strbuf text strbuf_cleanup = STRBUF_INIT;

	(void)state;
	document(fixture, &text);
	for (size_t i = 0; i < text.len; i++)
		assert_true((unsigned char)text.data[i] >= 0x20 || text.data[i] == '\n');
	assert_has(&text, "\"comm\":\"\\u001b]0;x\\u0007\\\"\\\\x5c'</\\n\\\\xff\\\\xc3\"");
	assert_has(&text, "\"path\":\"\\u0000\\u001b[2J\\\\xff\\\"\\\\x5c</s>\",\"abstract\":true");
	fixture_done(fixture);
}

/* Not counted is null, and so is the claim that the sums are all. */
static void test_data_off(void **state)
{
	struct fixture *fixture = fixture_of_all();
	struct strbuf text strbuf_cleanup = STRBUF_INIT;

	(void)state;
	strcpy(fixture->model.capture.data_mode, "off");
	document(fixture, &text);
	assert_lacks(&text, "\"bytes_sent\":0");
	assert_lacks(&text, "\"bytes_received\":26");
	assert_has(&text, "\"bytes_sent\":null,\"bytes_received\":null");
	assert_lacks(&text, "\"exact\":true");
	fixture_done(fixture);
}

/* One call of each kind is what it is: not a run. */
static void test_calls(void **state)
{
	struct fixture *fixture = fixture_of_all();
	struct strbuf text strbuf_cleanup = STRBUF_INIT;

	(void)state;
	strcpy(fixture->model.capture.data_mode, "events");
	story_calls(fixture);
	document(fixture, &text);
	assert_true(is_valid(&text, "calls.json", true));
	assert_has(&text, "\"name\":\"send\",\"pid\":4242,\"tid\":4242,\"fd\":3,\"ret\":26,"
			  "\"errno\":null,\"duration_ns\":12000,\"count\":1,\"bytes\":26,"
			  "\"args\":{\"call\":\"sendto\",\"peek\":false}");
	assert_has(&text, "\"ret\":-1,\"errno\":\"EAGAIN\",\"duration_ns\":1000,\"count\":1,"
			  "\"bytes\":0,\"args\":{\"call\":\"recvfrom\",\"peek\":false}");
	assert_has(&text, "\"ret\":1,\"errno\":null,\"duration_ns\":2018000,\"count\":1,"
			  "\"bytes\":0,\"args\":{\"call\":\"recvfrom\",\"peek\":true}");
	fixture_done(fixture);
}

static void test_loss(void **state)
{
	struct fixture *fixture = fixture_of_all();
	struct strbuf text strbuf_cleanup = STRBUF_INIT;

	(void)state;
	fixture->model.capture.lost[ST_LOSS_DATA] = 3;
	fixture->model.capture.lost[ST_LOSS_DAMAGED] = 1;
	document(fixture, &text);
	assert_true(is_valid(&text, "loss.json", true));
	assert_has(&text, "\"loss\":{\"complete\":false,\"events_lost\":4,");
	assert_has(&text, "\"cut\":false");
	fixture_done(fixture);
}

/* The check itself: each of these makes a good document a bad one. */
static void test_invalid(void **state)
{
	static const struct {
		const char *from, *to; /* of the same length */
	} changes[] = {
		{"\"findings\":", "\"findlings\""},
		{"\"exact\":", "\"exakt\":"},
		{"\"outcome\":\"refused\"", "\"outcome\":\"rufused\""},
		{"\"pair\":\"0", "\"pair\":\"x"},
		{"\"id\":\"2\"", "\"id\": 22"},
		{"\"id\":\"2\"", "\"id\":\"1\""},
		{"\"listener\":\"1\"", "\"listener\":\"7\""},
		{"\"process\":\"2\"", "\"process\":\"8\""},
		{"\"bytes_sent\":26", "\"bytes_sent\":25"},
		{"\"events_lost\":0", "\"events_lost\":3"},
		{"\"how\":\"SHUT_WR\"", "\"hau\":\"SHUT_WR\""},
		{"\"backlog\":5,\"effective\"", "\"backlog\":5,\"affective\""},
		{"\"syn_ns\":2103011000", "\"syn_ns\":21030110.5"},
		{"\"abstract\":", "\"path\":\"\",\""},
	};
	struct fixture *fixture = fixture_of_all();
	struct strbuf good strbuf_cleanup = STRBUF_INIT;

	(void)state;
	document(fixture, &good);
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct strbuf bad strbuf_cleanup = STRBUF_INIT;
		char *at;

		strbuf_add(&bad, strbuf_text(&good));
		at = strstr(bad.data, changes[i].from);
		if (!at)
			fail_msg("lacks %s", changes[i].from);
		memcpy(at, changes[i].to, strlen(changes[i].to));
		if (is_valid(&bad, "bad.json", false))
			fail_msg("passed with %s", changes[i].to);
	}
	fixture_done(fixture);
}

static void test_cut_stream(void **state)
{
	struct fixture *fixture = fixture_of_all();
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	char *end;

	(void)state;
	stream(fixture, &text);
	end = strstr(text.data, "{\"type\":\"end\"");
	assert_non_null(end);
	text.len = end - text.data;
	assert_false(is_valid(&text, "cut.ndjson", false));
	fixture_done(fixture);
}

/* The header comes by itself, once; what was retired is not told again. */
static void test_stream_header(void **state)
{
	struct fixture *fixture = fixture_of_all();
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	const char *first;

	(void)state;
	stream(fixture, &text);
	first = strstr(text.data, "{\"type\":\"header\",\"schema\":\"socktrace/1\"");
	assert_ptr_equal(first, text.data);
	assert_null(strstr(first + 2, "\"type\":\"header\""));
	assert_has(&text, "\"capture\":{\"started_at\":\"2026-01-02T12:04:31.000000000Z\","
			  "\"duration_ns\":null");
	assert_has(&text, "\"sock_type\":\"stream\"");
	first = strstr(text.data, "{\"type\":\"connection\",\"id\":\"1\"");
	assert_non_null(first);
	assert_null(strstr(first + 2, "\"type\":\"connection\",\"id\":\"1\""));
	fixture_done(fixture);
}

/* Lines are visible once flushed; a reader that is gone is told, and stays told. */
static void test_stream_to_pipe(void **state)
{
	struct fixture *fixture = fixture_of_all();
	struct ndjson writer;
	int fds[2];
	char bytes[16];
	FILE *file;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(fds), 0);
	file = fdopen(fds[1], "w");
	assert_non_null(file);
	ndjson_init(&writer, file, &fixture->model.capture);
	ndjson_header(&writer);
	assert_int_equal(ndjson_flush(&writer), 0);
	assert_int_equal(read(fds[0], bytes, sizeof(bytes)), sizeof(bytes));
	assert_memory_equal(bytes, "{\"type\":\"header\"", sizeof(bytes));
	close(fds[0]);
	ndjson_process(&writer, &fixture->server);
	assert_int_equal(ndjson_flush(&writer), -EPIPE);
	ndjson_process(&writer, &fixture->server);
	assert_int_equal(ndjson_release(&writer), -EPIPE);
	fclose(file);
	fixture_done(fixture);
}

static void test_full_disk(void **state)
{
	struct fixture *fixture = fixture_of_all();
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	assert_int_equal(json_write(full, &fixture->model), -ENOSPC);
	fclose(full);
	fixture_done(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_document),
		cmocka_unit_test(test_stream),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_hostile_names),
		cmocka_unit_test(test_data_off),
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_loss),
		cmocka_unit_test(test_invalid),
		cmocka_unit_test(test_cut_stream),
		cmocka_unit_test(test_stream_header),
		cmocka_unit_test(test_stream_to_pipe),
		cmocka_unit_test(test_full_disk),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}

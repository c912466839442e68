/* SPDX-License-Identifier: BSD-2-Clause
 *
 * render/live: the lines of whole stories, as golden files.
 */
#include <errno.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"
#include "golden.h"
#include "render/live.h"

static const struct live_options no_options;

/* What the model would hand out with an event: a socket() belongs to nothing yet,
 * SYNs are counted as they go. */
static void connection_line(struct live *live, struct fixture *fixture, const struct event *event,
			    struct connection *connection, struct strbuf *out)
{
	struct process *process = event->side == SIDE_SERVER ? &fixture->server : &fixture->client;
	struct socket socket = {.process = process, .fd = event->fd};

	if (event->name == EVENT_SYN)
		connection->syns++;
	live_line(live, &fixture->model.capture, event, &socket,
		  event->name == EVENT_SOCKET ? NULL : connection->listener,
		  event->name == EVENT_SOCKET ? NULL : connection, out);
}

/* Events in the order in which they end, as the model tells them. */
static void connection_lines(struct live *live, struct fixture *fixture,
			     struct connection *connection, struct strbuf *out)
{
	bool done[64] = {0};

	connection->syns = 0;
	for (size_t n = 0; n < connection->events.len; n++) {
		size_t next = SIZE_MAX;
		int64_t when = INT64_MAX;

		for (size_t i = 0; i < connection->events.len; i++) {
			const struct event *event = &connection->events.items[i];

			if (!done[i] && event->t_ns + event->duration_ns < when) {
				when = event->t_ns + event->duration_ns;
				next = i;
			}
		}
		done[next] = true;
		connection_line(live, fixture, &connection->events.items[next], connection, out);
	}
}

static void listener_lines(struct live *live, struct fixture *fixture, struct strbuf *out)
{
	struct socket socket = {.process = &fixture->server, .fd = 3};

	vec_each (event, &fixture->listener.events)
		live_line(live, &fixture->model.capture, event, &socket,
			  event->name == EVENT_LISTEN ? &fixture->listener : NULL, NULL, out);
}

/* A bind() that failed, on a socket that is nothing else. */
static void failed_bind(struct live *live, struct fixture *fixture, struct strbuf *out)
{
	struct socket socket = {.protocol = PROTOCOL_TCP, .process = &fixture->client, .fd = 6};
	struct event *event;

	socket_at(&socket.events, SIDE_CLIENT, 9000000, 1, 6);
	event = event_at(&socket.events, EVENT_BIND, SIDE_CLIENT, 9000010, 3, 6);
	event->arg.name.address = ip_address("127.0.0.1", 8088);
	event_failed(event, EADDRINUSE);
	vec_each (it, &socket.events) {
		it->side = SIDE_NONE;
		live_line(live, &fixture->model.capture, it, &socket, NULL, NULL, out);
	}
	vec_release(&socket.events);
}

/* The sockets of no connection say which they are: what has no name is known by its fd. */
static void plain_closes(struct live *live, struct fixture *fixture, struct strbuf *out)
{
	struct socket named = {.protocol = PROTOCOL_UDP, .process = &fixture->server, .fd = 6};
	struct socket nameless = {.protocol = PROTOCOL_TCP, .process = &fixture->server, .fd = 7};

	named.local = ip_address("127.0.0.1", 8088);
	event_at(&named.events, EVENT_CLOSE, SIDE_NONE, 9000100, 3, 6);
	event_at(&nameless.events, EVENT_CLOSE, SIDE_NONE, 9000200, 3, 7);
	live_line(live, &fixture->model.capture, named.events.items, &named, NULL, NULL, out);
	live_line(live, &fixture->model.capture, nameless.events.items, &nameless, NULL, NULL, out);
	vec_release(&named.events);
	vec_release(&nameless.events);
}

static void kernel_lines(struct live *live, struct fixture *fixture, struct connection *connection,
			 struct strbuf *out)
{
	struct event *event =
		event_at(&connection->events, EVENT_RESET, SIDE_SERVER, 9100000, 0, -1);

	event->ret = 0;
	live_line(live, &fixture->model.capture, event, NULL, NULL, connection, out);
	event = event_at(&connection->events, EVENT_RETRANSMIT, SIDE_SERVER, 9100100, 0, -1);
	live_line(live, &fixture->model.capture, event, NULL, NULL, connection, out);
}

static void all_stories(const struct style *style, const struct live_options *options,
			struct strbuf *out)
{
	struct fixture *fixture = fixture_new();
	struct connection *remote;
	struct live live;

	live_init(&live, style, options);
	listener_lines(&live, fixture, out);
	connection_lines(&live, fixture, story_local(fixture), out);
	remote = story_remote(fixture);
	connection_lines(&live, fixture, remote, out);
	connection_lines(&live, fixture, story_refused(fixture), out);
	connection_lines(&live, fixture, story_timed_out(fixture), out);
	failed_bind(&live, fixture, out);
	plain_closes(&live, fixture, out);
	kernel_lines(&live, fixture, remote, out);
	fixture_free(fixture);
}

static void check(const char *name, const struct style *style, const struct live_options *options)
{
	struct strbuf out strbuf_cleanup = STRBUF_INIT;

	all_stories(style, options, &out);
	golden_check(name, &out);
}

static void test_styles(void **state)
{
	(void)state;
	check("live.txt", &style_utf8, &no_options);
	check("live-ascii.txt", &style_ascii, &no_options);
	check("live-color.txt", &style_color, &no_options);
	check("live-narrow.txt", &style_narrow, &no_options);
	check("live-wide.txt", &style_wide, &no_options);
}

static void test_calls(void **state)
{
	struct fixture *fixture = fixture_new();
	struct strbuf out strbuf_cleanup = STRBUF_INIT;
	struct live live;

	(void)state;
	live_init(&live, &style_utf8, &no_options);
	connection_lines(&live, fixture, story_calls(fixture), &out);
	golden_check("live-calls.txt", &out);
	fixture_free(fixture);
}

/* The time since the line before stands before it once their order is known: test_lines. */
static void test_options(void **state)
{
	const struct live_options options = {.relative = true, .durations = true};

	(void)state;
	check("live-relative.txt", &style_utf8, &options);
}

static void test_fds(void **state)
{
	const struct live_options options = {.fds = true};
	struct style style = style_wide;

	(void)state;
	check("live-fds.txt", &style_utf8, &options);
	check("live-fds-ascii.txt", &style_ascii, &options);
	check("live-fds-narrow.txt", &style_narrow, &options);
	style.width = 100;
	check("live-fds-100.txt", &style, &options);
	check("live-fds-wide.txt", &style_wide, &options);
}

static void drop_lines(const char *name, const struct style *style)
{
	struct fixture *fixture = fixture_new();
	struct strbuf out strbuf_cleanup = STRBUF_INIT;
	struct connection *dropped;
	struct live live;

	live_init(&live, style, &no_options);
	connection_lines(&live, fixture, story_dropped_local(fixture), &out);
	connection_lines(&live, fixture, story_dropped_ack(fixture), &out);
	dropped = story_dropped(fixture);
	connection_lines(&live, fixture, dropped, &out);
	/* a flood: some have a line, the others are counted when the second is over */
	for (int i = 0; i < 1500; i++) {
		struct event drop = dropped->events.items[0];

		drop.t_ns = 8000000000LL + i * 1000000LL;
		fixture->model.capture.duration_ns = drop.t_ns;
		live_line(&live, &fixture->model.capture, &drop, NULL, NULL, dropped, &out);
	}
	live_end(&live, &fixture->model.capture, &out);
	golden_check(name, &out);
	fixture_free(fixture);
}

/* What came meanwhile is counted; the lines after it stand as they would have. */
static void test_paused(void **state)
{
	struct fixture *fixture = fixture_new();
	const struct capture *capture = &fixture->model.capture;
	struct strbuf out strbuf_cleanup = STRBUF_INIT;
	struct live live;

	(void)state;
	live_init(&live, &style_utf8, &no_options);
	live_pause(&live);
	live_resume(&live, capture, &out);
	assert_int_equal(out.len, 0);
	live_pause(&live);
	listener_lines(&live, fixture, &out);
	assert_int_equal(out.len, 0);
	live_resume(&live, capture, &out);
	connection_lines(&live, fixture, story_local(fixture), &out);
	live_pause(&live);
	failed_bind(&live, fixture, &out);
	live_end(&live, capture, &out);
	golden_check("live-paused.txt", &out);
	fixture_free(fixture);
}

static void test_drops(void **state)
{
	(void)state;
	drop_lines("live-drops.txt", &style_utf8);
	drop_lines("live-drops-wide.txt", &style_wide);
	drop_lines("live-drops-narrow.txt", &style_narrow);
}

/* The RST that refuses is news only where connect() did not wait for it. */
static void test_refusal(void **state)
{
	struct fixture *fixture = fixture_new();
	struct strbuf out strbuf_cleanup = STRBUF_INIT;
	struct connection *connection = story_refused(fixture);
	struct event reset =
		*event_at(&connection->events, EVENT_RESET, SIDE_CLIENT, 2103355, 0, -1);
	struct live live;

	(void)state;
	live_init(&live, &style_utf8, &no_options);
	live_line(&live, &fixture->model.capture, &reset, NULL, NULL, connection, &out);
	assert_string_equal(strbuf_text(&out), "");
	event_failed(&connection->events.items[1], EINPROGRESS);
	live_line(&live, &fixture->model.capture, &reset, NULL, NULL, connection, &out);
	assert_string_equal(strbuf_text(&out), "12:04:33.103 (kernel)      refused"
					       "                #1 → 10.0.0.9:81\n");
	fixture_free(fixture);
}

static void test_hostile_name(void **state)
{
	struct fixture *fixture = fixture_new();
	struct strbuf out strbuf_cleanup = STRBUF_INIT;
	struct connection *connection;
	struct live live;

	(void)state;
	strcpy(fixture->client.names.items[0].comm, "\033]0;x\007\xff");
	connection = story_local(fixture);
	live_init(&live, &style_utf8, &no_options);
	live_line(&live, &fixture->model.capture, &connection->events.items[0], NULL, NULL,
		  connection, &out);
	assert_string_equal(strbuf_text(&out),
			    "12:04:33.103 \\x1b]0;x\\x07\\xff[4242] "
			    "socket(AF_INET, SOCK_STREAM) = 3 #1 127.0.0.1:41568 → :8088\n");
	fixture_free(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_styles),
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_fds),
		cmocka_unit_test(test_drops),
		cmocka_unit_test(test_paused),
		cmocka_unit_test(test_refusal),
		cmocka_unit_test(test_hostile_name),
	};

	setenv("TZ", "UTC", 1);
	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}

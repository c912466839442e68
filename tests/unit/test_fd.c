/* SPDX-License-Identifier: BSD-2-Clause
 *
 * render/fd: what each kind of fd is called, and that no name can say otherwise.
 */
#include <errno.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"
#include "render/fd.h"

struct scene {
	struct event event;
	struct socket socket;
	struct listener listener;
	struct connection connection;
	struct subject subject;
};

/* A call on fd 3, of a socket that is nothing else. */
static struct scene scene_of(enum event_name name, enum protocol protocol)
{
	return (struct scene){.event = {.name = name, .fd = 3},
			      .socket = {.protocol = protocol},
			      .listener = {.protocol = protocol},
			      .connection = {.protocol = protocol}};
}

static void expect(const struct style *style, struct scene *scene, bool brief, const char *argument,
		   const char *result)
{
	struct strbuf out strbuf_cleanup = STRBUF_INIT;

	scene->subject.event = &scene->event;
	fd_argument(style, &scene->subject, brief, &out);
	assert_string_equal(strbuf_text(&out), argument);
	strbuf_reset(&out);
	fd_result(style, &scene->subject, brief, &out);
	assert_string_equal(strbuf_text(&out), result);
}

static void test_sockets(void **state)
{
	struct scene made = scene_of(EVENT_SOCKET, PROTOCOL_TCP);
	struct scene bound = scene_of(EVENT_BIND, PROTOCOL_UDP);
	struct scene closed = scene_of(EVENT_CLOSE, PROTOCOL_UDP);

	(void)state;
	made.subject.socket = &made.socket;
	expect(&style_utf8, &made, false, "", "tcp");
	made.event.err = EMFILE;
	expect(&style_utf8, &made, false, "", "");
	bound.subject.socket = closed.subject.socket = &closed.socket;
	expect(&style_utf8, &closed, false, "udp", "");
	closed.socket.local = ip_address("0.0.0.0", 53);
	expect(&style_utf8, &closed, false, "udp 0.0.0.0:53", "");
	expect(&style_utf8, &bound, false, "udp", "");
	closed.event.fd = -1;
	expect(&style_utf8, &closed, false, "", "");
}

static void test_accept(void **state)
{
	struct scene scene = scene_of(EVENT_ACCEPT, PROTOCOL_TCP);

	(void)state;
	scene.subject.listener = scene.connection.listener = &scene.listener;
	scene.listener.address = scene.connection.server_address = ip_address("0.0.0.0", 8088);
	scene.event.err = EAGAIN;
	expect(&style_utf8, &scene, false, "tcp 0.0.0.0:8088", "");
	expect(&style_utf8, &scene, true, ":8088", "");
	scene.event.err = 0;
	scene.subject.connection = &scene.connection;
	scene.connection.client_address = ip_address("10.0.0.7", 53112);
	expect(&style_utf8, &scene, false, "tcp 0.0.0.0:8088", "10.0.0.7:53112");
	scene.subject.listener = NULL;
	expect(&style_utf8, &scene, false, "", "10.0.0.7:53112");
}

static void test_connection(void **state)
{
	struct scene scene = scene_of(EVENT_SEND, PROTOCOL_TCP);

	(void)state;
	scene.subject.socket = &scene.socket;
	scene.subject.connection = &scene.connection;
	scene.connection.client_address = ip_address("10.0.0.7", 53112);
	scene.connection.server_address = ip_address("10.0.0.1", 8088);
	expect(&style_utf8, &scene, true, "10.0.0.7:53112 → 10.0.0.1:8088", "");
	expect(&style_ascii, &scene, true, "10.0.0.7:53112 -> 10.0.0.1:8088", "");
	scene.connection.listener = &scene.listener;
	expect(&style_utf8, &scene, true, "10.0.0.7:53112 → :8088", "");
	scene.connection.client_address = no_address();
	expect(&style_ascii, &scene, true, "tcp -> :8088", "");
	/* a port alone is that of an address that has been said */
	scene.connection.listener = NULL;
	scene.connection.client_address = ip_address("10.0.0.1", 41568);
	expect(&style_utf8, &scene, true, "10.0.0.1:41568 → :8088", "");
	scene.connection.client.seen = true;
	scene.connection.established_ns = TIME_UNKNOWN;
	scene.connection.outcome = OUTCOME_REFUSED;
	expect(&style_utf8, &scene, true, "tcp → 10.0.0.1:8088", "");
}

static void test_unix(void **state)
{
	struct scene scene = scene_of(EVENT_SOCKETPAIR, PROTOCOL_UNIX);

	(void)state;
	scene.subject.socket = &scene.socket;
	scene.subject.connection = &scene.connection;
	scene.connection.client_address = scene.connection.server_address = unix_address("");
	expect(&style_utf8, &scene, false, "", "unix");
	expect(&style_utf8, &scene, true, "", "");
	scene.event.name = EVENT_SEND;
	expect(&style_utf8, &scene, false, "unix", "");
	scene.connection.server_address = unix_address("/run/some/where/app.sock");
	expect(&style_utf8, &scene, false, "unix → /run/some/where/app.sock", "");
	expect(&style_utf8, &scene, true, "unix → …/where/app.sock", "");
	scene.event.name = EVENT_ACCEPT;
	expect(&style_utf8, &scene, false, "", "unix → /run/some/where/app.sock");
	scene.listener.address = scene.connection.server_address;
	scene.subject.listener = &scene.listener;
	expect(&style_utf8, &scene, false, "unix /run/some/where/app.sock", "unix");
	expect(&style_utf8, &scene, true, "…/where/app.sock", "unix");
}

/* A path that would end the brackets, colour the terminal and turn the line around. */
static void test_hostile_path(void **state)
{
	struct scene scene = scene_of(EVENT_CLOSE, PROTOCOL_UNIX);

	(void)state;
	scene.subject.listener = &scene.listener;
	scene.listener.address = unix_address("/x>) = 0\n\033[31m<\u202e");
	expect(&style_utf8, &scene, false, "unix /x\\x3e) = 0\\x0a\\x1b[31m\\x3c\\xe2\\x80\\xae",
	       "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sockets),      cmocka_unit_test(test_accept),
		cmocka_unit_test(test_connection),   cmocka_unit_test(test_unix),
		cmocka_unit_test(test_hostile_path),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}

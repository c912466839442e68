/* SPDX-License-Identifier: BSD-2-Clause
 *
 * render/flowchart and its two drawings: a golden file per story.
 */
#include <errno.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "chart.h"
#include "fixture.h"
#include "golden.h"
#include "render/flowchart_svg.h"
#include "render/flowchart_text.h"

/* A served connection, 300 ms after the listener was opened. */
static struct connection *served(struct fixture *fixture)
{
	struct connection *connection = story_served(fixture, "127.0.0.1", 1000, 60, 25, 0);

	vec_each (event, &fixture->listener.events)
		event->t_ns -= 300000000;
	return connection;
}

static void test_local(void **state)
{
	struct fixture *fixture = fixture_new();
	struct connection *connection = story_local(fixture);

	(void)state;
	chart_check("flowchart-local.txt", &style_utf8, connection);
	chart_check("flowchart-local-ascii.txt", &style_ascii, connection);
	chart_check("flowchart-local-color.txt", &style_color, connection);
	chart_check("flowchart-local-narrow.txt", &style_narrow, connection);
	chart_check("flowchart-local-wide.txt", &style_wide, connection);
	chart_check_svg("flowchart-local.svg", connection);
	fixture_free(fixture);
}

/* The server's send() returned after the client had received: still it comes first. */
static void test_send_before_receive(void **state)
{
	struct fixture *fixture = fixture_new();
	struct connection *connection = story_local(fixture);
	struct strbuf out strbuf_cleanup = STRBUF_INIT;
	struct flowchart chart;
	const char *sent, *received;

	(void)state;
	vec_each (event, &connection->events)
		if (event->name == EVENT_SEND)
			event->t_ns += 10000;
	assert_int_equal(flowchart_of_connection(&style_utf8, connection, &chart), 0);
	flowchart_text(&style_utf8, &chart, &out);
	sent = strstr(strbuf_text(&out), "send(4)");
	received = strstr(strbuf_text(&out), "recv(3)");
	assert_non_null(sent);
	assert_non_null(received);
	assert_true(sent < received);
	flowchart_release(&chart);
	fixture_free(fixture);
}

/* One process listens and accepts, another one serves: it inherited the connection. */
static void test_inherited(void **state)
{
	struct fixture *fixture = fixture_new();
	struct connection *connection = story_local(fixture);
	struct process child = fixture->server;

	(void)state;
	child.pid = 4250;
	connection->server.process = &child;
	vec_each (event, &connection->events)
		if (event->side == SIDE_SERVER && event_is_call(event->name) &&
		    event->name != EVENT_ACCEPT)
			event->pid = event->tid = child.pid;
	chart_check("flowchart-inherited.txt", &style_utf8, connection);
	fixture_free(fixture);
}

static void test_one_sided(void **state)
{
	struct fixture *fixture = fixture_new();

	(void)state;
	chart_check("flowchart-remote.txt", &style_utf8, story_remote(fixture));
	chart_check("flowchart-refused.txt", &style_utf8, story_refused(fixture));
	chart_check("flowchart-timed-out.txt", &style_utf8, story_timed_out(fixture));
	chart_check_svg("flowchart-timed-out.svg", fixture->model.connections.items[2]);
	fixture_free(fixture);
}

/* The kernel says that the RST came; connect() returned with what it means. */
static void test_refused_with_reset(void **state)
{
	struct fixture *fixture = fixture_new();
	struct connection *connection = story_refused(fixture);

	(void)state;
	event_at(&connection->events, EVENT_RESET, SIDE_CLIENT, 2103355, 0, -1);
	chart_check("flowchart-refused-reset.txt", &style_utf8, connection);
	fixture_free(fixture);
}

static void test_nonblocking(void **state)
{
	struct fixture *fixture = fixture_new();
	struct connection *connection = story_local(fixture);

	(void)state;
	vec_each (event, &connection->events)
		if (event->name == EVENT_CONNECT)
			event_failed(event, EINPROGRESS);
	connection->events.items[5].t_ns =
		2103090000; /* accept() called when it was already queued */
	connection->events.items[5].duration_ns = 6000;
	chart_check("flowchart-nonblocking.txt", &style_utf8, connection);
	fixture_free(fixture);
}

static void test_reset(void **state)
{
	struct fixture *fixture = fixture_new();
	struct connection *connection = served(fixture);
	struct event *event;

	(void)state;
	data_at(&connection->events, EVENT_SEND, SIDE_CLIENT, 1200, 3, 1, 512);
	event_at(&connection->events, EVENT_CLOSE, SIDE_SERVER, 1300, 20, 4);
	event = event_at(&connection->events, EVENT_RESET, SIDE_SERVER, 1310, 0, -1);
	event->ret = 1;
	event_at(&connection->events, EVENT_RESET, SIDE_CLIENT, 1312, 0, -1);
	event_at(&connection->events, EVENT_CLOSE, SIDE_CLIENT, 1400, 5, -1);
	connection->outcome = OUTCOME_RESET;
	connection->ended_by = SIDE_SERVER;
	connection->client.bytes_sent = 512;
	chart_check("flowchart-reset.txt", &style_utf8, connection);
	fixture_free(fixture);
}

/* Its listener closed while it waited. */
static void test_reset_in_queue(void **state)
{
	struct fixture *fixture = fixture_new();
	struct connection *connection = served(fixture);
	struct event *event;

	(void)state;
	connection->events.len--; /* no accept() */
	connection->accepted_ns = connection->accept_wait_ns = TIME_UNKNOWN;
	connection->server.process = NULL;
	event = event_at(&connection->events, EVENT_RESET, SIDE_SERVER, 901000, 0, -1);
	event->ret = 1;
	event_at(&connection->events, EVENT_CLOSE, SIDE_SERVER, 901001, 0, -1);
	event_at(&connection->events, EVENT_RESET, SIDE_CLIENT, 901002, 0, -1);
	connection->outcome = OUTCOME_RESET_IN_QUEUE;
	chart_check("flowchart-reset-in-queue.txt", &style_utf8, connection);
	fixture_free(fixture);
}

static void test_half_close(void **state)
{
	struct fixture *fixture = fixture_new();
	struct connection *connection = served(fixture);
	struct events *events = &connection->events;

	(void)state;
	data_at(events, EVENT_SEND, SIDE_CLIENT, 1200, 3, 2, 80000);
	data_at(events, EVENT_RECV, SIDE_SERVER, 1240, 4, 5, 80000);
	event_at(events, EVENT_SHUTDOWN, SIDE_CLIENT, 1300, 4, 3)->arg.how = SHUT_WR;
	data_at(events, EVENT_SEND, SIDE_SERVER, 1400, 4, 1, 2);
	data_at(events, EVENT_RECV, SIDE_CLIENT, 1410, 3, 1, 2);
	event_at(events, EVENT_CLOSE, SIDE_SERVER, 1500, 4, 4);
	event_at(events, EVENT_CLOSE, SIDE_CLIENT, 1600, 4, 3)->last = false;
	connection->client.bytes_sent = connection->server.bytes_received = 80000;
	connection->server.bytes_sent = connection->client.bytes_received = 2;
	connection->client.exact = false;
	connection->ended_by = SIDE_CLIENT;
	chart_check("flowchart-half-close.txt", &style_utf8, connection);
	fixture_free(fixture);
}

/* A thousand requests on one connection, still open, to a listener from before the trace. */
static void test_folded(void **state)
{
	struct fixture *fixture = fixture_new();
	struct connection *connection = served(fixture);

	(void)state;
	fixture->listener.events.len = 0;
	for (int i = 0; i < 1000; i++) {
		data_at(&connection->events, EVENT_SEND, SIDE_CLIENT, 2000 + i * 200, 3, 1, 100);
		data_at(&connection->events, EVENT_RECV, SIDE_SERVER, 2030 + i * 200, 4, 1, 100);
		data_at(&connection->events, EVENT_SEND, SIDE_SERVER, 2080 + i * 200, 4, 1, 1234);
		data_at(&connection->events, EVENT_RECV, SIDE_CLIENT, 2110 + i * 200, 3, 1, 1234);
	}
	connection->client.bytes_sent = connection->server.bytes_received = 100000;
	connection->server.bytes_sent = connection->client.bytes_received = 1234000;
	connection->outcome = OUTCOME_OPEN;
	connection->end_ns = TIME_UNKNOWN;
	chart_check("flowchart-folded.txt", &style_utf8, connection);
	chart_check_svg("flowchart-folded.svg", connection);
	fixture_free(fixture);
}

/* Each request comes in two parts, and the server asks too early every time. */
static void test_folded_calls(void **state)
{
	struct fixture *fixture = fixture_new();
	struct connection *connection = served(fixture);
	struct events *events = &connection->events;

	(void)state;
	chart_check("flowchart-calls.txt", &style_utf8, story_calls(fixture));
	for (int64_t t = 2000; t < 202000; t += 200) {
		data_call_at(events, EVENT_SEND, SIDE_CLIENT, t, 10, 3, 60);
		data_call_at(events, EVENT_SEND, SIDE_CLIENT, t + 20, 10, 3, 40);
		event_failed(data_call_at(events, EVENT_RECV, SIDE_SERVER, t, 1, 4, 0), EAGAIN);
		data_call_at(events, EVENT_RECV, SIDE_SERVER, t + 35, 5, 4, 100);
		data_call_at(events, EVENT_SEND, SIDE_SERVER, t + 80, 5, 4, 1234);
		data_call_at(events, EVENT_RECV, SIDE_CLIENT, t + 31, 79, 3, 1234);
	}
	chart_check("flowchart-folded-calls.txt", &style_utf8, connection);
	vec_each (event, events)
		if (event->name == EVENT_RECV) {
			event_failed(event, EAGAIN);
			event->bytes = 0;
		}
	chart_check("flowchart-folded-eagain.txt", &style_utf8, connection);
	fixture_free(fixture);
}

static void test_retransmits(void **state)
{
	struct fixture *fixture = fixture_new();
	struct connection *connection = story_remote(fixture);

	(void)state;
	for (int i = 0; i < 3; i++)
		event_at(&connection->events, EVENT_RETRANSMIT, SIDE_SERVER, 2105000 + i * 200, 0,
			 -1);
	connection->listener->events.len = 0;
	connection->events.items[1].in_flight = true;
	connection->events.items[1].t_ns += connection->events.items[1].duration_ns;
	connection->events.items[1].duration_ns = TIME_UNKNOWN;
	chart_check("flowchart-retransmits.txt", &style_utf8, connection);
	fixture_free(fixture);
}

static void test_udp(void **state)
{
	struct fixture *fixture = fixture_new();
	struct connection *connection = fixture_connection(
		fixture, PROTOCOL_UDP, ip_address("::1", 53211), ip_address("::1", 9999));
	struct socket *server = calloc(1, sizeof(*server));

	(void)state;
	assert_non_null(server);
	server->protocol = PROTOCOL_UDP;
	server->type = TYPE_DGRAM;
	connection->server.socket = server;
	connection->server.fd = 3;
	socket_at(&server->events, SIDE_NONE, 100, SOCK_DGRAM, 3)->arg.socket.domain = AF_INET6;
	event_at(&server->events, EVENT_BIND, SIDE_NONE, 120, 3, 3)->arg.name.address =
		ip_address("::", 9999);
	socket_at(&connection->events, SIDE_CLIENT, 1000, SOCK_DGRAM, 3)->arg.socket.domain =
		AF_INET6;
	data_at(&connection->events, EVENT_SEND, SIDE_CLIENT, 1020, 3, 1, 5);
	data_at(&connection->events, EVENT_RECV, SIDE_SERVER, 1040, 3, 1, 5);
	data_at(&connection->events, EVENT_SEND, SIDE_SERVER, 1060, 3, 1, 9);
	data_at(&connection->events, EVENT_RECV, SIDE_CLIENT, 1075, 3, 1, 9);
	event_at(&connection->events, EVENT_CLOSE, SIDE_CLIENT, 1100, 3, 3);
	connection->client.bytes_sent = 5;
	connection->server.bytes_sent = 9;
	connection->ended_by = SIDE_CLIENT;
	chart_check("flowchart-udp.txt", &style_utf8, connection);
	vec_release(&server->events);
	fixture_free(fixture);
}

static void test_unix(void **state)
{
	struct fixture *fixture = fixture_new();
	struct connection *connection = fixture_connection(fixture, PROTOCOL_UNIX, unix_address(""),
							   unix_address("/run/app.sock"));
	struct events *events = &connection->events;

	(void)state;
	fixture->listener.events.items[0].arg.socket.domain = AF_UNIX;
	fixture->listener.events.items[1].arg.name.address = unix_address("/run/app.sock");
	vec_each (event, &fixture->listener.events)
		event->t_ns -= 300000000;
	connection->listener = &fixture->listener;
	connection->start_ns = 1000000;
	socket_at(events, SIDE_CLIENT, 1000, SOCK_STREAM, 3)->arg.socket.domain = AF_UNIX;
	event_at(events, EVENT_CONNECT, SIDE_CLIENT, 1010, 14, 3)->arg.name.address =
		unix_address("/run/app.sock");
	event_at(events, EVENT_ACCEPT, SIDE_SERVER, 2000, 5, 3)->ret = 4;
	connection->established_ns = 1024000;
	connection->accepted_ns = 2005000;
	connection->accept_wait_ns = 981000;
	data_at(events, EVENT_SEND, SIDE_SERVER, 2050, 4, 1, 26);
	data_at(events, EVENT_RECV, SIDE_CLIENT, 2060, 3, 1, 26);
	event_at(events, EVENT_CLOSE, SIDE_SERVER, 2100, 5, 4);
	event_at(events, EVENT_CLOSE, SIDE_CLIENT, 2120, 5, 3);
	connection->server.bytes_sent = connection->client.bytes_received = 26;
	connection->ended_by = SIDE_SERVER;
	chart_check("flowchart-unix.txt", &style_utf8, connection);
	/* where the model has seen it arrive */
	event_at(events, EVENT_ESTABLISHED, SIDE_SERVER, 1023, 0, -1)->arg.queue.depth = 1;
	chart_check("flowchart-unix-queued.txt", &style_utf8, connection);
	fixture_free(fixture);
}

static void test_socketpair(void **state)
{
	struct fixture *fixture = fixture_new();
	struct connection *connection =
		fixture_connection(fixture, PROTOCOL_UNIX, unix_address(""), unix_address(""));

	(void)state;
	for (enum side side = SIDE_CLIENT; side <= SIDE_SERVER; side++) {
		struct event *event =
			event_at(&connection->events, EVENT_SOCKETPAIR, side, 1000, 4, 3);

		event->arg.socket.domain = AF_UNIX;
		event->arg.socket.type = SOCK_SEQPACKET;
		event->arg.socket.fd2 = 4;
	}
	data_at(&connection->events, EVENT_SEND, SIDE_CLIENT, 1100, 3, 1, 4);
	data_at(&connection->events, EVENT_RECV, SIDE_SERVER, 1110, 4, 1, 4);
	event_at(&connection->events, EVENT_CLOSE, SIDE_CLIENT, 1200, 4, 3);
	event_at(&connection->events, EVENT_CLOSE, SIDE_SERVER, 1210, 4, 4);
	connection->client.bytes_sent = connection->server.bytes_received = 4;
	chart_check("flowchart-socketpair.txt", &style_utf8, connection);
	fixture_free(fixture);
}

static void test_lone(void **state)
{
	struct fixture *fixture = fixture_new();
	struct strbuf out strbuf_cleanup = STRBUF_INIT;
	struct socket socket = {.protocol = PROTOCOL_TCP, .process = &fixture->client};
	struct flowchart chart;
	struct event *event;

	(void)state;
	socket_at(&socket.events, SIDE_NONE, 1000, SOCK_STREAM, 6);
	event = event_at(&socket.events, EVENT_BIND, SIDE_NONE, 1010, 3, 6);
	event->arg.name.address = ip_address("127.0.0.1", 8088);
	event_failed(event, EADDRINUSE);
	event_at(&socket.events, EVENT_CLOSE, SIDE_NONE, 1040, 3, 6);
	vec_each (it, &socket.events)
		it->pid = 4242;
	assert_int_equal(flowchart_of_socket(&style_utf8, &socket, &chart), 0);
	flowchart_text(&style_utf8, &chart, &out);
	golden_check("flowchart-socket.txt", &out);
	strbuf_reset(&out);
	flowchart_svg(&chart, &out);
	golden_check("flowchart-socket.svg", &out);
	flowchart_release(&chart);
	vec_release(&socket.events);
	fixture_free(fixture);
}

/* io_uring accepts without a call: who moves data waits in the queue no longer. */
static void test_accepted_without_a_call(void **state)
{
	struct fixture *fixture = fixture_new();
	struct strbuf out strbuf_cleanup = STRBUF_INIT;
	struct connection *connection = story_local(fixture);
	struct events *events = &connection->events;
	struct flowchart chart;
	const char *sent;

	(void)state;
	for (size_t i = 0; i < events->len; i++)
		if (events->items[i].name == EVENT_ACCEPT)
			events->items[i] = events->items[--events->len];
	connection->accepted_ns = connection->accept_wait_ns = TIME_UNKNOWN;
	assert_int_equal(flowchart_of_connection(&style_utf8, connection, &chart), 0);
	flowchart_text(&style_utf8, &chart, &out);
	assert_non_null(strstr(strbuf_text(&out), "▒"));
	sent = strstr(strbuf_text(&out), "send(4)");
	assert_non_null(sent);
	assert_null(strstr(sent, "▒"));
	flowchart_release(&chart);
	fixture_free(fixture);
}

/* As getaddrinfo() does to learn which address it would send from; no title names the peer. */
static void test_lone_connects(void **state)
{
	struct fixture *fixture = fixture_new();
	struct strbuf out strbuf_cleanup = STRBUF_INIT;
	struct socket socket = {.protocol = PROTOCOL_UDP, .process = &fixture->client};
	struct flowchart chart;
	struct event *event;

	(void)state;
	event = event_at(&socket.events, EVENT_CONNECT, SIDE_NONE, 1010, 3, 6);
	event->arg.name.address = ip_address("10.0.0.9", 53);
	event->pid = 4242;
	assert_int_equal(flowchart_of_socket(&style_utf8, &socket, &chart), 0);
	flowchart_text(&style_utf8, &chart, &out);
	assert_non_null(strstr(strbuf_text(&out), "connect(6, 10.0.0.9:53)"));
	flowchart_release(&chart);
	vec_release(&socket.events);
	fixture_free(fixture);
}

static void test_listener(void **state)
{
	struct fixture *fixture = fixture_new();
	struct strbuf out strbuf_cleanup = STRBUF_INIT;
	struct flowchart chart;

	(void)state;
	event_failed(event_at(&fixture->listener.events, EVENT_ACCEPT, SIDE_NONE, 500000, 3, 3),
		     EAGAIN);
	assert_int_equal(flowchart_of_listener(&style_utf8, &fixture->listener, &chart), 0);
	flowchart_text(&style_utf8, &chart, &out);
	flowchart_release(&chart);
	strbuf_add_char(&out, '\n');
	fixture->listener.events.len = 0;
	assert_int_equal(flowchart_of_listener(&style_utf8, &fixture->listener, &chart), 0);
	flowchart_text(&style_utf8, &chart, &out);
	flowchart_release(&chart);
	golden_check("flowchart-listener.txt", &out);
	fixture_free(fixture);
}

static void test_hostile(void **state)
{
	struct fixture *fixture = fixture_new();
	struct connection *connection = story_local(fixture);

	(void)state;
	strcpy(connection->client.comm, "\033[2J<b>\"&\xff\n");
	connection->server_address = unix_address("/tmp/\xe2\x80\xae<x>'\033c");
	chart_check("flowchart-hostile.txt", &style_utf8, connection);
	chart_check("flowchart-hostile-ascii.txt", &style_ascii, connection);
	chart_check_svg("flowchart-hostile.svg", connection);
	fixture_free(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_local),
		cmocka_unit_test(test_send_before_receive),
		cmocka_unit_test(test_inherited),
		cmocka_unit_test(test_one_sided),
		cmocka_unit_test(test_refused_with_reset),
		cmocka_unit_test(test_nonblocking),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_reset_in_queue),
		cmocka_unit_test(test_half_close),
		cmocka_unit_test(test_folded),
		cmocka_unit_test(test_folded_calls),
		cmocka_unit_test(test_retransmits),
		cmocka_unit_test(test_udp),
		cmocka_unit_test(test_unix),
		cmocka_unit_test(test_socketpair),
		cmocka_unit_test(test_lone),
		cmocka_unit_test(test_lone_connects),
		cmocka_unit_test(test_accepted_without_a_call),
		cmocka_unit_test(test_listener),
		cmocka_unit_test(test_hostile),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}

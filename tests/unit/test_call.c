/* SPDX-License-Identifier: BSD-2-Clause
 *
 * render/call: socket() spelled as in a C program.
 */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "fixture.h"
#include "render/call.h"

static void check(int type, int protocol, const char *wanted)
{
	struct strbuf out strbuf_cleanup = STRBUF_INIT;
	struct event event = {.name = EVENT_SOCKET, .ret = 3, .fd = 3};

	event.arg.socket.domain = AF_INET;
	event.arg.socket.type = type;
	event.arg.socket.protocol = protocol;
	call_print(&style_utf8, &event, 0, &out);
	assert_string_equal(strbuf_text(&out), wanted);
}

/* A protocol is named where the type alone would give another one. */
static void test_protocols(void **state)
{
	(void)state;
	check(SOCK_STREAM, 0, "socket(AF_INET, SOCK_STREAM) = 3");
	check(SOCK_STREAM, IPPROTO_TCP, "socket(AF_INET, SOCK_STREAM) = 3");
	check(SOCK_DGRAM, IPPROTO_UDP, "socket(AF_INET, SOCK_DGRAM) = 3");
	check(SOCK_STREAM, IPPROTO_UDP, "socket(AF_INET, SOCK_STREAM, IPPROTO_UDP) = 3");
	check(SOCK_STREAM, IPPROTO_MPTCP, "socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP) = 3");
	check(SOCK_DGRAM, IPPROTO_ICMP, "socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP) = 3");
	check(SOCK_RAW, IPPROTO_ICMPV6, "socket(AF_INET, SOCK_RAW, IPPROTO_ICMPV6) = 3");
	check(SOCK_RAW, 89, "socket(AF_INET, SOCK_RAW, 89) = 3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_protocols)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How addresses read, hostile ones too, and the names of events and outcomes.
 */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "model/model.h"
#include "model/wire.h"

static void check(struct address address, const char *expected)
{
	strbuf_cleanup struct strbuf text = STRBUF_INIT;

	address_print(&address, &text);
	assert_string_equal(strbuf_text(&text), expected);
}

static void check_path(const char *path, size_t len, const char *expected)
{
	check(wire_path(path, len), expected);
}

static void test_ip(void **state)
{
	const uint8_t v4[16] = {10, 0, 0, 7}, v6[16] = {[15] = 1}, any[16] = {0};
	strbuf_cleanup struct strbuf text = STRBUF_INIT;
	struct address address = wire_address(AF_INET6, false, v6, 80);

	(void)state;
	check(wire_address(AF_INET, true, v4, 80), "10.0.0.7:80");
	check(wire_address(AF_INET6, true, v4, 80), "10.0.0.7:80");
	check(address, "[::1]:80");
	check(wire_address(AF_INET6, false, any, 80), "[::]:80");
	check(wire_address(AF_INET, true, any, 65535), "0.0.0.0:65535");
	check(wire_address(AF_INET, true, any, 0), "?");
	address_print_ip(&address, &text);
	assert_string_equal(strbuf_text(&text), "::1");
	address = wire_path("/x", 2);
	address_print_ip(&address, &text);
	assert_string_equal(strbuf_text(&text), "::1");
}

static void test_paths(void **state)
{
	char longest[ST_PATH_LEN];

	(void)state;
	check_path("/run/a.sock", 11, "/run/a.sock");
	check_path("/run/a.sock\0\0\0", 14, "/run/a.sock");
	check_path("\0name", 5, "@name");
	check_path("\0na\0me", 6, "@na\\x00me");
	check_path("", 0, "(unnamed)");
	check_path("a\033[2Jb", 6, "a\\x1b[2Jb");
	check_path("a\nb\177", 4, "a\\x0ab\\x7f");
	check_path("a\\x1b", 5, "a\\\\x1b");
	check_path("\303\251", 2, "\303\251");
	check_path("\303(\377", 3, "\\xc3(\\xff");
	check_path("\342\200\256x", 4, "\\xe2\\x80\\xaex"); /* right-to-left override */
	check_path("x\342\200", 3, "x\\xe2\\x80"); /* cut in the middle */
	memset(longest, 'x', sizeof(longest));
	assert_int_equal(wire_path(longest, sizeof(longest)).path_len, ST_PATH_LEN);
}

static void test_equal(void **state)
{
	const uint8_t v4[16] = {10, 0, 0, 7}, other[16] = {10, 0, 0, 8};
	struct address a = wire_address(AF_INET, true, v4, 80);
	struct address b = wire_address(AF_INET6, true, v4, 80);
	struct address path = wire_path("n", 1), abstract = wire_path("\0n", 2);

	(void)state;
	assert_true(address_equal(&a, &b));
	b.port = 81;
	assert_false(address_equal(&a, &b));
	b = wire_address(AF_INET, true, other, 80);
	assert_false(address_equal(&a, &b));
	assert_true(address_equal(&path, &path));
	assert_false(address_equal(&path, &abstract));
	assert_false(address_equal(&a, &path));
	assert_false(address_is_any(&a));
	assert_false(address_is_any(&path));
}

static void test_names_are_the_contract(void **state)
{
	(void)state;
	assert_string_equal(event_name_text(EVENT_SOCKET), "socket");
	assert_string_equal(event_name_text(EVENT_SYNACK_RETRANSMIT), "synack_retransmit");
	assert_string_equal(event_name_text(EVENT_NAME_MAX), "?");
	assert_true(event_is_call(EVENT_CLOSE));
	assert_false(event_is_call(EVENT_SYN));
	assert_string_equal(outcome_text(OUTCOME_TIMED_OUT), "timed_out");
	assert_string_equal(outcome_text(OUTCOME_RESET_IN_QUEUE), "reset_in_queue");
	assert_string_equal(outcome_text(OUTCOME_MAX), "?");
}

static void test_sort_keeps_equals_in_order(void **state)
{
	struct connection connection = {0};
	int64_t times[] = {5, 3, 3, 9, 1, 3};
	int32_t order[] = {4, 1, 2, 5, 0, 3};

	(void)state;
	for (int i = 0; i < 6; i++) {
		struct event event = {.t_ns = times[i], .fd = i};

		assert_int_equal(vec_push(&connection.events, event), 0);
	}
	connection_sort(&connection);
	for (int i = 0; i < 6; i++)
		assert_int_equal(connection.events.items[i].fd, order[i]);
	vec_release(&connection.events);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ip),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_names_are_the_contract),
		cmocka_unit_test(test_sort_keeps_equals_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

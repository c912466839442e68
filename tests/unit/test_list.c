/* SPDX-License-Identifier: BSD-2-Clause
 *
 * render/list: columns, marks, notes, order, and what gives way where there is little room.
 */
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "build.h"
#include "golden.h"
#include "render/list.h"

#define T0 BUILD_T0

static void process(struct model *model, __u32 pid, const char *comm)
{
	feed(model, build_process(T0, ST_PROCESS_SEEN, pid, comm));
}

static void listens(struct model *model, struct st_sock sock, __u32 pid, const char *comm,
		    __u32 depth, __u32 limit)
{
	struct st_seen seen = build_seen(T0, sock, pid, pid ? 5 : -1);

	seen.sock.state = TCP_LISTEN;
	seen.depth = depth;
	seen.backlog = limit;
	strncpy(seen.comm, comm, sizeof(seen.comm));
	build_feed(model, &seen);
}

static void listens_unix(struct model *model, __u64 id, const char *path, __u8 len)
{
	struct st_seen seen = build_seen(T0, build_unix(id | ST_ID_UNIX, 0, SOCK_STREAM), 1020, 12);

	seen.sock.state = TCP_LISTEN;
	seen.depth = 3;
	seen.backlog = 2;
	seen.path_len = len;
	memcpy(seen.path, path, len);
	strncpy(seen.comm, "g\033[31mcorn", sizeof(seen.comm));
	build_feed(model, &seen);
}

static void reads(struct model *model, struct st_listener reading, __u64 group)
{
	reading.group = group;
	build_feed(model, &reading);
}

static struct st_sock any(__u64 id, __u16 port)
{
	struct st_sock sock = build_tcp(id, port, 0);

	memset(sock.local, 0, sizeof(sock.local));
	return sock;
}

/* Somebody full and dropping, a group, a deferred one, nobody's, and UNIX ones, in no order. */
static void fill(struct model *model)
{
	struct st_netns netns = build_netns(T0, ST_COUNTER_LISTEN_DROPS, 0);
	struct st_listener reading;
	struct st_sock sock;

	netns.somaxconn = 4096;
	build_feed(model, &netns);
	process(model, 812, "nginx");
	process(model, 813, "nginx");
	process(model, 991, "uwsgi");
	listens_unix(model, 9, "\0abstract", 9);
	listens_unix(model, 8, "/run/a/rather/long/path/to/app.sock", 35);
	listens(model, build_tcp(3, 9000, 0), 991, "uwsgi", 129, 128);
	reading = build_reading(T0, 3, 129, 128);
	reading.sk_drops = 20113;
	reading.syn_queue = 7;
	build_feed(model, &reading);
	listens(model, any(1, 80), 812, "nginx", 0, 511);
	listens(model, any(1, 80), 813, "nginx", 0, 511);
	reads(model, build_reading(T0, 1, 0, 511), 77);
	listens(model, any(2, 80), 812, "nginx", 4, 4096);
	reads(model, build_reading(T0, 2, 4, 4096), 77);
	sock = any(4, 443);
	sock.netns = BUILD_NETNS + 1;
	listens(model, sock, 0, "", 0, 128);
	reading = build_reading(T0, 4, 0, 128);
	reading.netns = BUILD_NETNS + 1;
	reading.defer_accept_s = 15;
	build_feed(model, &reading);
}

static void check(struct model *model, unsigned width, bool ascii, const char *name)
{
	struct style style = {
		.width = width, .ascii = ascii, .color = !strcmp(name, "list-color.txt")};
	struct list_options options = {.clip = width, .netns = BUILD_NETNS, .hidden = !width};
	struct strbuf out = STRBUF_INIT;

	assert_int_equal(list(&style, model, &options, &out), 0);
	golden_check(name, &out);
	strbuf_release(&out);
}

static void test_widths(void **state)
{
	fill(*state);
	check(*state, 0, false, "list.txt");
	check(*state, 120, false, "list-wide.txt");
	check(*state, 80, false, "list-80.txt");
	check(*state, 48, true, "list-narrow-ascii.txt");
	check(*state, 80, false, "list-color.txt");
}

static void test_empty(void **state)
{
	struct list_options options = {.clip = true};
	struct style style = {.width = 80};
	struct strbuf out = STRBUF_INIT;

	assert_int_equal(list(&style, *state, &options, &out), 0);
	assert_non_null(strstr(strbuf_text(&out), "LOCAL"));
	assert_int_equal(strchr(strbuf_text(&out), '\n')[1], '\0');
	strbuf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_widths, build_setup, build_teardown),
		cmocka_unit_test_setup_teardown(test_empty, build_setup, build_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

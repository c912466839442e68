/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Many that are turned away: who is forgotten, and when, and that the sums stay exact.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "build.h"
#include "model/index.h"

#define T0 BUILD_T0
#define SECOND (1000 * MS)

static void syn_dropped(struct model *model, __u64 t, __u16 port)
{
	feed(model, build_drop(t, build_tcp(BUILD_LISTENER, 8088, port), ST_DROP_SYN, 6, 5));
}

static bool retire(void *context, struct connection *connection)
{
	uint64_t *dropped = context;

	*dropped += connection->outcome == OUTCOME_DROPPED;
	return false;
}

static void test_not_expected_any_more(void **state)
{
	struct model *model;
	uint64_t dropped = 0;
	struct model_watch watch = {.context = &dropped, .retire = retire};

	(void)state;
	assert_int_equal(model_new(&model, &watch), 0);
	feed(model, build_host());
	build_listener(model, BUILD_START_NS + 100 * US);
	syn_dropped(model, T0, 40000);
	syn_dropped(model, T0 + SECOND, 40001);
	for (__u64 tries = 2; tries <= 64; tries *= 2)
		syn_dropped(model, T0 + (tries - 1) * SECOND, 40000);
	build_pass(model, T0 + 127 * SECOND);
	assert_int_equal(dropped, 0);
	build_pass(model, T0 + 132 * SECOND);
	assert_int_equal(dropped, 1);
	assert_int_equal(build_only(model)->client_address.port, 40000);
	build_pass(model, T0 + 194 * SECOND);
	assert_int_equal(dropped, 2);
	assert_int_equal(model->connections.len, 0);
	model_free(&model);
}

static void test_flood(void **state)
{
	struct model *model;
	uint64_t dropped = 0;
	struct model_watch watch = {.context = &dropped, .retire = retire};
	const uint64_t peers = 250000;
	const struct listener *listener;

	(void)state;
	assert_int_equal(model_new(&model, &watch), 0);
	feed(model, build_host());
	build_listener(model, BUILD_START_NS + 100 * US);
	for (uint64_t i = 0; i < peers; i++) {
		struct st_sock sock = build_tcp(BUILD_LISTENER, 8088, 1024 + i % 60000);

		sock.peer[1] = i >> 16;
		feed(model, build_drop(T0 + i * US, sock, ST_DROP_SYN, 6, 5));
	}
	listener = model->listeners.items[0];
	assert_int_equal(listener->drops.syn, peers);
	assert_int_equal(listener->dropped_attempts, peers);
	assert_in_range(listener->dropped_peers.len, PEERS_MAX / 2, PEERS_MAX);
	assert_in_range(listener->drop_list.len, DROPS_MAX / 2, DROPS_MAX);
	assert_int_equal(listener->drop_list.len + listener->drops_forgotten, peers);
	assert_int_equal(model->connections.len, ATTEMPTS_MAX);
	assert_int_equal(model->connections_seen, peers);
	assert_int_equal(dropped, peers - ATTEMPTS_MAX);
	assert_in_range(listener->samples.len, 1, 10);
	/* the places in the list of peers are right still */
	vec_each (it, &listener->drop_list)
		if (it->peer != UINT32_MAX)
			assert_int_equal(listener->dropped_peers.items[it->peer].first_ns,
					 it->t_ns);
	assert_int_equal(listener->drop_list.items[listener->drop_list.len - 1].peer,
			 listener->dropped_peers.len - 1);
	model_free(&model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_not_expected_any_more),
		cmocka_unit_test(test_flood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

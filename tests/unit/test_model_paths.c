/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Whatever place of the model has a path keeps it; nothing else does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "build.h"
#include "model/paths.h"
#include "model/wire.h"

#define PLACES_MAX 32

struct places {
	struct model *model;
	struct address *at[PLACES_MAX];
	size_t len;
};

/* Each gets a path of its own, every other one an abstract one. */
static void place(struct places *places, struct address *address)
{
	char path[16];
	int len = snprintf(path, sizeof(path), "%c%zu", places->len % 2 ? '\0' : '/', places->len);

	assert_true(places->len < PLACES_MAX);
	*address = wire_path(path_keep(places->model, path, len), len);
	places->at[places->len++] = address;
}

static void place_event(struct places *places, struct events *events, enum event_name name)
{
	struct event event = {.name = name};

	assert_int_equal(vec_push(events, event), 0);
	place(places, &events->items[events->len - 1].arg.name.address);
}

static void place_end(struct places *places, struct end *end)
{
	place(places, &end->local);
	place(places, &end->peer);
}

static void place_all(struct places *places, struct model *model)
{
	struct socket *socket = model->sockets.items[0];
	struct connection *connection = model->connections.items[0];
	struct listener *listener = model->listeners.items[0];

	place(places, &socket->local);
	place(places, &socket->peer);
	place_event(places, &socket->events, EVENT_BIND);
	place(places, &connection->client_address);
	place(places, &connection->server_address);
	place_end(places, &connection->client);
	place_end(places, &connection->server);
	place_event(places, &connection->events, EVENT_CONNECT);
	place(places, &listener->address);
	place_event(places, &listener->events, EVENT_BIND);
}

static void test_each_place_keeps_its_path(void **state)
{
	struct places places = {.model = *state};
	struct model *model = *state;
	char path[16];

	build_listener(model, BUILD_T0);
	build_connect(model, BUILD_T0 + MS, BUILD_CLIENT, 40000);
	place_all(&places, model);
	assert_non_null(path_keep(model, "/nobody's", 9));
	assert_int_equal(model->index->paths.count, places.len + 1);
	for (int round = 0; round < 2; round++) {
		model->index->paths_enough = 0;
		paths_sweep(model);
		assert_int_equal(model->index->paths.count, places.len);
	}
	for (size_t i = 0; i < places.len; i++) {
		int len = snprintf(path, sizeof(path), "%zu", i);

		assert_memory_equal(places.at[i]->path + !(i % 2), path, len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_each_place_keeps_its_path, build_setup,
						build_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

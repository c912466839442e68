/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Sound records in senseless order, over few ids, so that everything collides: the
 * model stays consistent and (with a sanitizer) touches no freed memory. The seed is
 * fixed; SOCKTRACE_SEED and SOCKTRACE_ROUNDS try others.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "build.h"
#include "model/index.h"

static uint64_t seed;

static uint32_t below(uint32_t n)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(seed >> 33) % n;
}

static struct st_sock any_sock(void)
{
	__u16 port = 1 + below(4), peer = below(5);
	__u64 id = below(24);
	struct st_sock sock;

	switch (below(4)) {
	case 0:
		sock = build_udp(100 + id, below(3) ? port : 0, peer);
		break;
	case 1:
		sock = build_unix(200 + id, below(2) ? 200 + below(24) : 0,
				  below(3) ? SOCK_STREAM : SOCK_DGRAM);
		break;
	default:
		sock = build_tcp(id, port, peer);
	}
	if (!below(8))
		sock.id |= ST_ID_POINTER;
	if (!below(8))
		sock.flags = ST_SOCK_PEER;
	sock.state = below(13);
	return sock;
}

static __u64 any_id(void)
{
	return any_sock().id;
}

static void any_call(struct model *model, __u64 t)
{
	static const int errors[] = {0,           0,         0,          0, EAGAIN, ECONNREFUSED,
				     EINPROGRESS, ETIMEDOUT, ENETUNREACH};
	int err = errors[below(sizeof(errors) / sizeof(*errors))];
	struct st_call call = build_call(1 + below(ST_CALL_MAX - 1), t, any_sock(), 1 + below(5),
					 below(9), err ? -err : (int)below(9));

	call.listener = any_id();
	call.fd2 = below(9);
	call.backlog = below(6);
	call.depth = below(6);
	call.flags = below(8);
	call.name = (struct st_name){.family = below(2) ? AF_INET : AF_UNSPEC,
				     .port = below(5),
				     .v4 = 1,
				     .address = {127, 0, 0, 1}};
	if (call.sock.family == AF_UNIX && below(4)) {
		char path[2] = {below(2) ? 'a' : 0, 'b'};

		feed(model, build_call_unix(call, path, below(3)));
	} else {
		build_feed(model, &call);
	}
}

static void any_state(struct model *model, __u64 t)
{
	struct st_sock sock = any_sock();
	struct st_state state;

	if (sock.protocol != IPPROTO_TCP)
		sock = build_tcp(below(24), 1 + below(4), 1 + below(4));
	state = build_state(t, sock, below(13), below(2) ? below(13) : TCP_CLOSE);
	state.listener = below(24);
	state.queued_ns = below(2) ? t - below(1000) : 0;
	state.local_isn = below(4);
	state.peer_isn = below(4);
	state.written = below(100);
	state.copied = below(100);
	state.err = below(3) ? 0 : ECONNRESET;
	build_feed(model, &state);
}

/* Of a listener, or of what is none. */
static void any_reading(struct model *model, __u64 t)
{
	struct st_listener reading = build_reading(t, any_id(), below(7), below(6));
	struct st_drop drop =
		build_drop(t, any_sock(), 1 + below(ST_DROP_MAX - 1), below(7), below(6));

	reading.group = below(3);
	drop.flags = below(4);
	if (below(4))
		build_feed(model, &drop);
	else if (below(4))
		build_feed(model, &reading);
	else
		feed(model, build_netns(t, below(ST_COUNTER_MAX), below(100)));
}

static void any_runs(struct model *model, __u64 t)
{
	struct st_runs runs = build_runs(t, any_id(), 1 + below(5), 1 + below(ST_RUNS_MAX));

	runs.run[below(ST_RUNS_MAX)].calls = below(3);
	runs.calls[below(2)] = below(1000);
	runs.bytes[below(2)] = below(1000);
	build_feed(model, &runs);
}

static void any_data_call(struct model *model, __u64 t)
{
	struct st_data_call call = build_data_call(t, any_sock(), 1 + below(ST_DATA_CALL_MAX - 1),
						   (int)below(40) - 20, 1 + below(5));

	call.flags = below(4);
	call.enter_ns = below(5) ? call.enter_ns : 0;
	call.peer_family = below(2) ? AF_INET : AF_UNSPEC;
	call.v4 = 1;
	call.peer_port = below(5);
	build_feed(model, &call);
}

static void any_record(struct model *model, __u64 t)
{
	struct st_data data;
	struct st_seen seen;

	switch (below(12)) {
	case 11:
		if (below(2))
			any_runs(model, t);
		else
			any_data_call(model, t);
		break;
	case 10:
		any_reading(model, t);
		break;
	case 0:
	case 1:
	case 2:
		any_call(model, t);
		break;
	case 3:
	case 4:
	case 5:
		any_state(model, t);
		break;
	case 6:
		data = build_data(t, any_id(), below(2), below(1000), below(1000), 1 + below(5));
		data.peer_family = below(2) ? AF_INET : AF_UNSPEC;
		data.v4 = 1;
		data.peer_port = below(5);
		data.local_port = below(5);
		build_feed(model, &data);
		break;
	case 7:
		seen = build_seen(t, any_sock(), 1 + below(5), (int)below(9) - 1);
		seen.listener = below(2) ? any_id() : 0;
		seen.path_len = below(3);
		build_feed(model, &seen);
		break;
	case 8:
		feed(model, build_release(t, any_id(), 1 + below(5)));
		break;
	default:
		if (below(4))
			feed(model, build_tcp_event(t, any_sock(), 1 + below(ST_TCP_MAX - 1)));
		else
			feed(model,
			     build_process(t, 1 + below(ST_PROCESS_MAX - 1), 1 + below(5), "p"));
	}
}

/* What was told of one side of a connection, for as long as that holds. */
struct told {
	uint64_t id;
	uint8_t side;
	const struct socket *socket;
};

VEC_TYPE(tolds, struct told);

static void on_event(void *context, const struct event *event, const struct socket *socket,
		     const struct listener *listener, const struct connection *connection)
{
	struct tolds *tolds = context;

	(void)listener;
	if (!connection || !event_is_data(event->name))
		return;
	assert_int_equal(vec_push(tolds, ((struct told){connection->id, event->side, socket})), 0);
}

static void on_merge(void *context, const struct connection *connection)
{
	struct tolds *tolds = context;
	size_t kept = 0;

	vec_each (told, tolds)
		if (told->id != connection->id)
			tolds->items[kept++] = *told;
	tolds->len = kept;
}

static bool on_retire(void *context, struct connection *connection)
{
	on_merge(context, connection);
	assert_true(connection->outcome != OUTCOME_OPEN);
	return !below(50);
}

static bool on_retire_socket(void *context, struct socket *socket)
{
	(void)context;
	assert_true(model_socket_shown(socket));
	return !below(50);
}

static bool listed(const struct model *model, const struct socket *socket)
{
	vec_each (at, &model->sockets)
		if (*at == socket)
			return true;
	return false;
}

static void check_end(const struct model *model, const struct end *end)
{
	assert_true(end->seen || !end->socket);
	if (end->socket)
		assert_true(listed(model, end->socket));
}

static void check_listener(const struct model *model, const struct listener *listener)
{
	if (listener->socket)
		assert_true(listed(model, listener->socket));
	vec_each (drop, &listener->drop_list)
		assert_true(drop->peer == UINT32_MAX || drop->peer < listener->dropped_peers.len);
	for (size_t i = 1; i < listener->readings.len; i++)
		assert_true(listener->readings.items[i - 1].t_ns <=
			    listener->readings.items[i].t_ns);
}

/* Who keeps what he was told until he hears of a merge or an end is not wrong. */
static void check_told(const struct model *model, const struct told *told)
{
	const struct connection *connection = model_connection(model, told->id);
	const struct end *end;

	assert_non_null(connection);
	end = told->side == SIDE_SERVER ? &connection->server : &connection->client;
	if (end->socket)
		assert_ptr_equal(end->socket, told->socket);
}

static void check(const struct model *model, const struct tolds *tolds)
{
	uint64_t last = 0;

	vec_each (told, tolds)
		check_told(model, told);

	vec_each (at, &model->connections) {
		assert_true((*at)->id > last);
		last = (*at)->id;
		check_end(model, &(*at)->client);
		check_end(model, &(*at)->server);
		assert_true((*at)->accept_wait_ns == TIME_UNKNOWN || (*at)->accept_wait_ns >= 0);
		assert_ptr_equal(model_connection(model, last), *at);
	}
	vec_each (at, &model->sockets)
		if ((*at)->connection)
			assert_ptr_equal(model_connection(model, (*at)->connection->id),
					 (*at)->connection);
	vec_each (at, &model->listeners)
		check_listener(model, *at);
}

static uint64_t number(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

static void test_senseless_streams(void **state)
{
	struct tolds tolds = {0};
	struct model_watch watch = {.context = &tolds,
				    .event = on_event,
				    .retire = on_retire,
				    .merge = on_merge,
				    .retire_socket = on_retire_socket};
	uint64_t rounds = number("SOCKTRACE_ROUNDS", 60), first = number("SOCKTRACE_SEED", 1);

	(void)state;
	for (uint64_t round = 0; round < rounds; round++) {
		struct model *model;
		__u64 t = BUILD_START_NS;

		seed = first + round;
		assert_int_equal(model_new(&model, &watch), 0);
		feed(model, build_host());
		for (int i = 0; i < 3000; i++) {
			t += below(4) ? below(100000) : 0;
			any_record(model, t - below(1000));
			if (i % 100 == 0)
				check(model, &tolds);
		}
		model_finish(model);
		check(model, &tolds);
		assert_true(model->capture.events > 2000);
		model_free(&model);
		tolds.len = 0;
	}
	vec_release(&tolds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_senseless_streams),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the model makes of clients that the kernel turns away, and of what became of them.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "build.h"
#include "model/index.h"

#define T0 BUILD_T0
#define SECOND (1000 * MS)

static int setup(void **state)
{
	if (build_setup(state))
		return -1;
	build_listener(*state, BUILD_START_NS + 100 * US);
	return 0;
}

/* The listener's queue of 5 is full when a segment of this port comes. */
static void drop(struct model *model, __u64 t, __u16 port, enum st_drop_path path)
{
	feed(model, build_drop(t, build_tcp(BUILD_LISTENER, 8088, port), path, 6, 5));
}

static const struct listener *listener(const struct model *model)
{
	assert_int_equal(model->listeners.len, 1);
	return model->listeners.items[0];
}

static void syn(struct model *model, __u64 t, __u16 port)
{
	struct st_sock sock = build_tcp(BUILD_CLIENT, port, 8088);

	feed(model,
	     build_call(ST_CALL_SOCKET, t - 20 * US, build_tcp(BUILD_CLIENT, 0, 0), 100, -1, 3));
	feed(model, build_state(t, sock, TCP_CLOSE, TCP_SYN_SENT));
}

static void syn_again(struct model *model, __u64 t, __u16 port)
{
	struct st_sock sock = build_tcp(BUILD_CLIENT, port, 8088);

	sock.state = TCP_SYN_SENT;
	feed(model, build_tcp_event(t, sock, ST_TCP_RETRANSMIT));
}

static void gives_up(struct model *model, __u64 t, __u16 port, int err)
{
	struct st_state state =
		build_state(t, build_tcp(BUILD_CLIENT, port, 8088), TCP_SYN_SENT, TCP_CLOSE);

	state.err = err;
	build_feed(model, &state);
}

static void test_counts_by_path(void **state)
{
	struct model *model = *state;

	assert_int_equal(listener(model)->drops_seen, 0);
	drop(model, T0, 40000, ST_DROP_SYN);
	drop(model, T0 + US, 40000, ST_DROP_SYN);
	drop(model, T0 + 2 * US, 40001, ST_DROP_ACK);
	drop(model, T0 + 3 * US, 40002, ST_DROP_SYN_QUEUE);
	drop(model, T0 + 4 * US, 40003, ST_DROP_OTHER);
	drop(model, T0 + 5 * US, 40004, ST_DROP_COOKIE);
	assert_int_equal(listener(model)->drops.syn, 2);
	assert_int_equal(listener(model)->drops.ack, 1);
	assert_int_equal(listener(model)->drops.syn_queue, 1);
	assert_int_equal(listener(model)->drops.other, 1);
	assert_int_equal(listener(model)->cookies_sent, 1);
	assert_int_equal(listener(model)->drops_seen, 0x1f);
	assert_int_equal(listener(model)->drop_list.len, 6);
	assert_int_equal(listener(model)->drop_list.items[2].path, DROP_ACK);
	assert_int_equal(listener(model)->drop_list.items[2].peer, 1);
	assert_int_equal(listener(model)->drop_list.items[2].depth, 6);
	assert_int_equal(listener(model)->drop_list.items[2].limit, 5);
	assert_int_equal(listener(model)->depth_max, 6);
	/* a SYN answered by a cookie is nobody turned away */
	assert_int_equal(listener(model)->drop_list.items[5].peer, UINT32_MAX);
	assert_int_equal(listener(model)->dropped_peers.len, 4);
	assert_int_equal(model->connections.len, 4);
}

static void test_never_back(void **state)
{
	struct model *model = *state;
	struct connection *connection;

	drop(model, T0, 40000, ST_DROP_SYN);
	drop(model, T0 + 1030 * MS, 40000, ST_DROP_SYN);
	connection = build_only(model);
	assert_int_equal(connection->outcome, OUTCOME_DROPPED);
	assert_int_equal(connection->syns, 2);
	assert_int_equal(connection->start_ns, MS);
	assert_int_equal(connection->syn_ns, MS);
	assert_int_equal(connection->end_ns, MS + 1030 * MS);
	assert_int_equal(connection->client_address.port, 40000);
	assert_int_equal(connection->server_address.port, 8088);
	assert_ptr_equal(connection->listener, listener(model));
	assert_false(connection->client.seen);
	assert_int_equal(build_count(connection, EVENT_DROP, SIDE_SERVER), 2);
	assert_int_equal(connection->events.items[0].arg.drop.path, DROP_SYN);
	assert_int_equal(connection->events.items[0].arg.drop.depth, 6);
	assert_int_equal(listener(model)->dropped_peers.len, 1);
	assert_int_equal(listener(model)->dropped_peers.items[0].syns, 2);
	assert_int_equal(listener(model)->dropped_peers.items[0].connection, connection->id);
	assert_int_equal(listener(model)->dropped_peers.items[0].first_ns, MS);
	assert_int_equal(listener(model)->dropped_peers.items[0].last_ns, MS + 1030 * MS);
	assert_true(listener(model)->dropped_peers.items[0].connected_ns == TIME_UNKNOWN);
	model_finish(model);
	assert_int_equal(connection->outcome, OUTCOME_DROPPED);
	assert_int_equal(model->connections_seen, 1);
}

/* The client is elsewhere: what it did is known from this side alone. */
static void test_back_on_the_second_syn(void **state)
{
	struct model *model = *state;
	struct connection *connection;

	drop(model, T0, 40000, ST_DROP_SYN);
	build_child(model, T0 + 1030 * MS, BUILD_SERVER, 40000);
	connection = build_only(model);
	assert_int_equal(connection->outcome, OUTCOME_OPEN);
	assert_int_equal(connection->syns, 2);
	assert_int_equal(connection->start_ns, MS);
	assert_int_equal(connection->connect_ns, 1030 * MS);
	assert_true(connection->server.seen);
	assert_int_equal(connection->end_ns, TIME_UNKNOWN);
	assert_int_equal(listener(model)->dropped_peers.items[0].connected_ns, MS + 1030 * MS);
	assert_int_equal(listener(model)->dropped_peers.items[0].connection, connection->id);
	build_accept(model, T0 + 1040 * MS, BUILD_SERVER, 40000, 4);
	assert_int_equal(connection->accept_wait_ns, 10 * MS);
	assert_int_equal(model->index->attempts.len, 0);
	assert_null(model->index->oldest_attempt);
}

/* Its connect() is followed: the SYNs are counted once, though two tell of them. */
static void test_local_client_back(void **state)
{
	struct model *model = *state;
	struct connection *connection;
	struct st_sock sock = build_tcp(BUILD_CLIENT, 40000, 8088);

	syn(model, T0, 40000);
	drop(model, T0 + 5 * US, 40000, ST_DROP_SYN);
	/* the kernel tells of a segment sent again after it has arrived */
	drop(model, T0 + 1030 * MS, 40000, ST_DROP_SYN);
	syn_again(model, T0 + 1030 * MS + 5 * US, 40000);
	assert_int_equal(build_only(model)->syns, 2);
	assert_int_equal(build_only(model)->outcome, OUTCOME_OPEN);
	syn_again(model, T0 + 3070 * MS, 40000);
	feed(model, build_state(T0 + 3071 * MS, sock, TCP_SYN_SENT, TCP_ESTABLISHED));
	build_child(model, T0 + 3071 * MS, BUILD_SERVER, 40000);
	connection = build_only(model);
	assert_int_equal(connection->syns, 3);
	assert_int_equal(connection->connect_ns, 3071 * MS);
	assert_true(connection->client.seen && connection->server.seen);
	assert_int_equal(connection->outcome, OUTCOME_OPEN);
	assert_int_equal(build_count(connection, EVENT_SYN, SIDE_CLIENT), 3);
	assert_int_equal(build_count(connection, EVENT_DROP, SIDE_SERVER), 2);
	assert_int_equal(listener(model)->dropped_peers.items[0].connected_ns, MS + 3071 * MS);
}

/* A SYN is told by the step that follows it: after the drops. */
static void test_syn_told_late(void **state)
{
	struct model *model = *state;
	struct st_sock sock = build_tcp(BUILD_CLIENT, 40000, 8088);
	struct st_state established =
		build_state(T0 + 1031 * MS, sock, TCP_SYN_SENT, TCP_ESTABLISHED);

	drop(model, T0 + 5 * US, 40000, ST_DROP_SYN);
	established.syn_ns = T0;
	build_feed(model, &established);
	drop(model, T0 + 1032 * MS, 40000, ST_DROP_ACK);
	assert_int_equal(build_only(model)->start_ns, MS);
	assert_int_equal(build_only(model)->connect_ns, 1031 * MS);
	assert_int_equal(build_only(model)->turned_away, 2);
	assert_true(build_only(model)->client.seen);
	assert_int_equal(listener(model)->dropped_peers.len, 1);
	assert_int_equal(listener(model)->dropped_peers.items[0].syns, 2);
	/* another connection from the same port, which is answered at once, has no part in it */
	build_close(model, T0 + 2000 * MS, sock, 100, 3, TCP_ESTABLISHED);
	assert_int_equal(build_only(model)->outcome, OUTCOME_DROPPED);
	build_connect(model, T0 + 3000 * MS, BUILD_CLIENT + 100, 40000);
	build_child(model, T0 + 3000 * MS + 65 * US, BUILD_SERVER + 100, 40000);
	assert_int_equal(model->connections.len, 2);
	assert_int_equal(model->connections.items[1]->turned_away, 0);
	assert_int_equal(model->connections.items[1]->outcome, OUTCOME_OPEN);
}

/* An attempt from elsewhere, given up; then its port serves a client of this host. */
static void test_port_of_an_old_attempt(void **state)
{
	struct model *model = *state;

	drop(model, T0, 40000, ST_DROP_SYN);
	build_connect(model, T0 + 3000 * MS, BUILD_CLIENT, 40000);
	build_child(model, T0 + 3000 * MS + 65 * US, BUILD_SERVER, 40000);
	assert_int_equal(model->connections.len, 2);
	assert_int_equal(model->connections.items[0]->outcome, OUTCOME_DROPPED);
	assert_int_equal(model->connections.items[1]->turned_away, 0);
	assert_true(listener(model)->dropped_peers.items[0].connected_ns == TIME_UNKNOWN);
}

/* A CPU tells of the last drop there when it has something else to do. */
static void test_drop_told_late(void **state)
{
	struct model *model = *state;

	build_child(model, T0 + 200 * MS, BUILD_SERVER, 40000);
	drop(model, T0, 40000, ST_DROP_SYN);
	assert_int_equal(build_only(model)->turned_away, 1);
	assert_int_equal(build_only(model)->syns, 2);
	assert_int_equal(build_only(model)->start_ns, MS);
	assert_int_equal(build_only(model)->connect_ns, 200 * MS);
	assert_int_equal(build_only(model)->outcome, OUTCOME_OPEN);
	assert_int_equal(listener(model)->dropped_peers.items[0].connected_ns, MS + 200 * MS);
	/* this one is later: it cannot have led to that connection */
	drop(model, T0 + 300 * MS, 40000, ST_DROP_SYN);
	assert_int_equal(model->connections.len, 2);
}

/* The same where both ends have been told of by then. */
static void test_drop_told_late_of_both_ends(void **state)
{
	struct model *model = *state;

	drop(model, T0, 40000, ST_DROP_SYN);
	build_child(model, T0 + 200 * MS, BUILD_SERVER, 40000);
	build_connect(model, T0 + 199 * MS, BUILD_CLIENT, 40000);
	assert_true(build_only(model)->client.seen && build_only(model)->server.seen);
	drop(model, T0 + 100 * MS, 40000, ST_DROP_ACK);
	assert_int_equal(build_only(model)->turned_away, 2);
	assert_int_equal(listener(model)->dropped_peers.len, 1);
}

/* TCP comes again within a second at first; who comes after a minute is somebody else. */
static void test_too_late_to_be_a_retry(void **state)
{
	struct model *model = *state;

	drop(model, T0, 40000, ST_DROP_SYN);
	build_child(model, T0 + 60 * SECOND, BUILD_SERVER, 40000);
	assert_int_equal(model->connections.len, 2);
	assert_int_equal(model->connections.items[0]->outcome, OUTCOME_DROPPED);
	assert_int_equal(model->connections.items[1]->turned_away, 0);
	/* after 31 s of trying it does come after another 32 */
	for (__u64 tries = 1; tries <= 32; tries *= 2)
		drop(model, T0 + (100 + tries - 1) * SECOND, 40001, ST_DROP_SYN);
	build_child(model, T0 + 163 * SECOND, BUILD_SERVER + 1, 40001);
	assert_int_equal(model->connections.len, 3);
	assert_int_equal(model->connections.items[2]->syns, 7);
	assert_int_equal(model->connections.items[2]->connect_ns, 63 * SECOND);
}

static void test_local_client_gives_up(void **state)
{
	struct model *model = *state;
	static const struct {
		int err;
		enum outcome outcome;
	} ends[] = {
		{ETIMEDOUT, OUTCOME_DROPPED},
		{0, OUTCOME_DROPPED}, /* it closed the socket */
		{ECONNREFUSED, OUTCOME_REFUSED},
		{EHOSTUNREACH, OUTCOME_FAILED},
	};

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		syn(model, T0 + i * SECOND, 40000 + i);
		drop(model, T0 + i * SECOND + 5 * US, 40000 + i, ST_DROP_SYN);
		gives_up(model, T0 + i * SECOND + 500 * MS, 40000 + i, ends[i].err);
		assert_int_equal(model->connections.len, i + 1);
		assert_int_equal(model->connections.items[i]->outcome, ends[i].outcome);
	}
}

/* No SYN of it was dropped: that nobody answered has another reason. */
static void test_timed_out_is_not_dropped(void **state)
{
	struct model *model = *state;

	syn(model, T0, 40000);
	drop(model, T0 + 5 * US, 40001, ST_DROP_SYN);
	gives_up(model, T0 + SECOND, 40000, ETIMEDOUT);
	assert_int_equal(model->connections.len, 2);
	assert_int_equal(model->connections.items[0]->outcome, OUTCOME_TIMED_OUT);
	assert_int_equal(model->connections.items[1]->outcome, OUTCOME_DROPPED);
}

/* The client believes it is connected; it gets in when it repeats its ACK. */
static void test_last_ack_dropped(void **state)
{
	struct model *model = *state;

	drop(model, T0, 40000, ST_DROP_ACK);
	drop(model, T0 + SECOND, 40000, ST_DROP_ACK);
	assert_int_equal(build_only(model)->syns, 1);
	assert_true(build_only(model)->syn_ns == TIME_UNKNOWN);
	build_child(model, T0 + 2 * SECOND, BUILD_SERVER, 40000);
	assert_int_equal(build_only(model)->syns, 1);
	assert_int_equal(build_only(model)->outcome, OUTCOME_OPEN);
	assert_true(build_only(model)->connect_ns == TIME_UNKNOWN);
	assert_int_equal(listener(model)->dropped_peers.items[0].syns, 2);
	assert_int_equal(listener(model)->dropped_peers.items[0].connected_ns, MS + 2 * SECOND);
}

static void test_last_ack_dropped_and_reset(void **state)
{
	struct model *model = *state;
	struct st_sock sock = build_tcp(BUILD_CLIENT, 40000, 8088);
	struct st_state closed = build_state(T0 + SECOND, sock, TCP_ESTABLISHED, TCP_CLOSE);

	build_connect(model, T0, BUILD_CLIENT, 40000);
	drop(model, T0 + 65 * US, 40000, ST_DROP_ACK);
	assert_int_equal(build_only(model)->outcome, OUTCOME_OPEN);
	closed.err = ECONNRESET;
	build_feed(model, &closed);
	assert_int_equal(build_only(model)->outcome, OUTCOME_DROPPED);
	assert_int_equal(build_only(model)->syns, 1);
}

/* The client's program waits no longer, though its kernel still tries to say so. */
static void test_last_ack_dropped_and_closed(void **state)
{
	struct model *model = *state;
	struct st_sock sock = build_tcp(BUILD_CLIENT, 40000, 8088);
	struct st_call call = build_call(ST_CALL_CLOSE, T0 + SECOND, sock, 100, 3, 0);

	build_connect(model, T0, BUILD_CLIENT, 40000);
	drop(model, T0 + 65 * US, 40000, ST_DROP_ACK);
	feed(model, build_state(T0 + SECOND, sock, TCP_ESTABLISHED, TCP_FIN_WAIT1));
	assert_int_equal(build_only(model)->outcome, OUTCOME_OPEN);
	call.flags = ST_CALL_LAST;
	build_feed(model, &call);
	assert_int_equal(build_only(model)->outcome, OUTCOME_DROPPED);
	/* which may bring it in even so */
	build_child(model, T0 + 2 * SECOND, BUILD_SERVER, 40000);
	assert_int_equal(build_only(model)->outcome, OUTCOME_OPEN);
}

/* Address translation: the listener sees another client than the one that connects. */
static void test_translated_client(void **state)
{
	struct model *model = *state;
	struct st_state established = build_state(
		T0 + 1030 * MS, build_tcp(BUILD_CLIENT, 40000, 80), TCP_SYN_SENT, TCP_ESTABLISHED);

	feed(model, build_state(T0, build_tcp(BUILD_CLIENT, 40000, 80), TCP_CLOSE, TCP_SYN_SENT));
	drop(model, T0 + 5 * US, 50000, ST_DROP_SYN);
	assert_int_equal(model->connections.len, 2);
	established.local_isn = BUILD_CLIENT * 1000;
	established.peer_isn = BUILD_CLIENT * 1000 + 7;
	build_feed(model, &established);
	build_child(model, T0 + 1030 * MS, BUILD_SERVER, 50000);
	assert_true(build_only(model)->client.seen && build_only(model)->server.seen);
	assert_int_equal(build_only(model)->client_address.port, 40000);
	assert_int_equal(build_only(model)->syns, 2);
	assert_int_equal(listener(model)->dropped_peers.items[0].connection, build_only(model)->id);
	assert_int_equal(listener(model)->dropped_peers.items[0].connected_ns, MS + 1030 * MS);
}

/* Turned away at one member of a reuseport group, let in by another. */
static void test_reuseport_group(void **state)
{
	struct model *model = *state;
	struct st_seen seen = build_seen(T0, build_tcp(77, 8088, 0), 200, 7);
	struct st_listener reading = build_reading(T0, BUILD_LISTENER, 6, 5);

	seen.sock.state = TCP_LISTEN;
	build_feed(model, &seen);
	reading.group = 9;
	build_feed(model, &reading);
	reading.id = 77;
	build_feed(model, &reading);
	feed(model, build_drop(T0, build_tcp(77, 8088, 40000), ST_DROP_SYN, 6, 5));
	assert_int_equal(build_only(model)->listener->id, 2);
	build_child(model, T0 + SECOND, BUILD_SERVER, 40000);
	assert_int_equal(build_only(model)->listener->id, 1);
	assert_int_equal(model->listeners.items[0]->dropped_peers.len, 0);
	assert_int_equal(model->listeners.items[1]->dropped_peers.items[0].connected_ns,
			 MS + SECOND);
}

static void test_port_used_again(void **state)
{
	struct model *model = *state;
	struct st_sock server = build_tcp(BUILD_SERVER, 8088, 40000);

	drop(model, T0, 40000, ST_DROP_SYN);
	build_child(model, T0 + SECOND, BUILD_SERVER, 40000);
	build_accept(model, T0 + SECOND + MS, BUILD_SERVER, 40000, 4);
	build_close(model, T0 + 2 * SECOND, server, 200, 4, TCP_LAST_ACK);
	drop(model, T0 + 3 * SECOND, 40000, ST_DROP_SYN);
	assert_int_equal(model->connections.len, 2);
	assert_int_equal(listener(model)->dropped_peers.len, 2);
	assert_int_equal(listener(model)->dropped_attempts, 2);
	assert_int_equal(listener(model)->dropped_peers.items[1].syns, 1);
	assert_int_equal(listener(model)->drop_list.items[1].peer, 1);
}

/* Attached late: the drop comes before the listener is told of. */
static void test_listener_told_later(void **state)
{
	struct model *model = *state;
	struct st_sock sock = build_tcp(77, 9000, 40000);
	struct st_seen seen = build_seen(T0 + MS, build_tcp(77, 9000, 0), 200, 7);

	feed(model, build_drop(T0, sock, ST_DROP_SYN, 4, 3));
	assert_int_equal(model->listeners.len, 2);
	memset(seen.sock.local, 0, sizeof(seen.sock.local));
	seen.sock.state = TCP_LISTEN;
	seen.backlog = 3;
	seen.depth = 4;
	build_feed(model, &seen);
	assert_int_equal(model->listeners.len, 2);
	assert_true(model->listeners.items[1]->from_snapshot);
	assert_int_equal(model->listeners.items[1]->effective, 3);
	assert_int_equal(model->listeners.items[1]->drops.syn, 1);
	assert_true(address_is_any(&model->listeners.items[1]->address));
	assert_int_equal(build_only(model)->outcome, OUTCOME_DROPPED);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, build_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(test_counts_by_path),
		test(test_never_back),
		test(test_back_on_the_second_syn),
		test(test_local_client_back),
		test(test_drop_told_late),
		test(test_drop_told_late_of_both_ends),
		test(test_too_late_to_be_a_retry),
		test(test_syn_told_late),
		test(test_port_of_an_old_attempt),
		test(test_local_client_gives_up),
		test(test_timed_out_is_not_dropped),
		test(test_last_ack_dropped),
		test(test_last_ack_dropped_and_reset),
		test(test_last_ack_dropped_and_closed),
		test(test_translated_client),
		test(test_reuseport_group),
		test(test_port_used_again),
		test(test_listener_told_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

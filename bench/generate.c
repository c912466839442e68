/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Writes a recording of invented traffic with the very records of a capture, as large as
 * wanted: generate FILE CONNECTIONS EVENTS, where EVENTS is of each connection.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "build.h"
#include "capture/recording_write.h"
#include "traffic.h"

#define SECOND 1000000000ULL
#define FIRST_PORT 8080
#define FIRST_PID 4000
#define LISTENER_FD 3
#define FIXED_EVENTS 4 /* of every connection: established, accept, fin, close */

enum moment_kind { MOMENT_DROP, MOMENT_ARRIVE, MOMENT_ACCEPT, MOMENT_DATA, MOMENT_END };

/* One thing that happens to a visit; they are sorted before they become records. */
struct moment {
	uint64_t ns;
	uint32_t visit;
	uint16_t number; /* of the drop or the run of data */
	uint8_t kind;
};

struct generator {
	struct recording_writer *writer;
	struct traffic traffic;
	unsigned runs; /* of data, of each connection */
	struct moment *moments;
	size_t count;
	uint32_t drops[TRAFFIC_LISTENERS];
	int error;
};

static void put(struct generator *generator, const void *record)
{
	struct st_header header;

	memcpy(&header, record, sizeof(header));
	if (!generator->error)
		generator->error = recording_write(generator->writer, record, header.size);
}

static __u64 visit_id(uint32_t visit)
{
	return 1000 + visit;
}

static __u32 listener_pid(unsigned listener)
{
	return FIRST_PID + listener;
}

/* The listener's end; clients come from 50 hosts, and 50 more each time all ports were used. */
static struct st_sock visit_sock(const struct generator *generator, uint32_t visit)
{
	unsigned listener = generator->traffic.visits[visit].listener;
	struct st_sock sock =
		build_tcp(visit_id(visit), FIRST_PORT + listener, 10000 + visit % 50000);
	const __u8 server[4] = {10, 0, 0, 1}, client[4] = {10, 0, 1 + visit / 50000, 1 + visit % 50};

	memcpy(sock.local, server, sizeof(server));
	memcpy(sock.peer, client, sizeof(client));
	return sock;
}

static void put_call(struct generator *generator, struct st_call call)
{
	snprintf(call.comm, sizeof(call.comm), "web-%u", call.pid - FIRST_PID);
	put(generator, &call);
}

static void put_drop(struct generator *generator, const struct moment *moment)
{
	const struct visit *visit = &generator->traffic.visits[moment->visit];
	struct st_sock sock = visit_sock(generator, moment->visit);
	struct st_drop drop;

	sock.id = 1 + visit->listener;
	sock.state = TCP_LISTEN;
	drop = build_drop(moment->ns, sock, ST_DROP_SYN, visit->depth[moment->number],
			  traffic_limits[visit->listener]);
	put(generator, &drop);
	generator->drops[visit->listener]++;
}

static void put_arrival(struct generator *generator, const struct moment *moment)
{
	const struct visit *visit = &generator->traffic.visits[moment->visit];
	struct st_state state = build_state(moment->ns + US, visit_sock(generator, moment->visit),
					    TCP_SYN_RECV, TCP_ESTABLISHED);

	state.queued_ns = moment->ns;
	state.listener = 1 + visit->listener;
	state.local_isn = moment->visit * 7919;
	state.peer_isn = moment->visit * 104729;
	state.written = state.local_isn + 1;
	state.copied = state.peer_isn + 1;
	state.depth = visit->depth[visit->tries - 1];
	state.limit = traffic_limits[visit->listener];
	put(generator, &state);
}

static void put_accept(struct generator *generator, const struct moment *moment, uint32_t depth)
{
	unsigned listener = generator->traffic.visits[moment->visit].listener;
	struct st_call call =
		build_call(ST_CALL_ACCEPT, moment->ns, visit_sock(generator, moment->visit),
			   listener_pid(listener), LISTENER_FD, 10 + moment->visit % 1000);

	call.listener = 1 + listener;
	call.sock.state = TCP_ESTABLISHED;
	call.backlog = traffic_limits[listener];
	call.depth = depth;
	put_call(generator, call);
}

/* A request of 120 bytes, an answer of 2,000, in turn. */
static uint64_t data_bytes(unsigned direction)
{
	return direction == ST_RECV ? 120 : 2000;
}

static void put_data(struct generator *generator, const struct moment *moment)
{
	unsigned direction = moment->number % 2 ? ST_SEND : ST_RECV, calls = moment->number / 2 + 1;
	unsigned listener = generator->traffic.visits[moment->visit].listener;
	struct st_data data = build_data(moment->ns, visit_id(moment->visit), direction, calls,
					 calls * data_bytes(direction), listener_pid(listener));

	put(generator, &data);
}

static void put_end(struct generator *generator, const struct moment *moment)
{
	const struct visit *visit = &generator->traffic.visits[moment->visit];
	struct st_sock sock = visit_sock(generator, moment->visit);
	unsigned received = (generator->runs + 1) / 2, sent = generator->runs / 2;
	struct st_state state = build_state(moment->ns - 20 * US, sock, TCP_ESTABLISHED,
					    visit->reset ? TCP_CLOSE : TCP_CLOSE_WAIT);
	struct st_tcp reset = build_tcp_event(moment->ns - 21 * US, sock, ST_TCP_RESET_RECEIVED);
	struct st_call call =
		build_call(ST_CALL_CLOSE, moment->ns, sock, listener_pid(visit->listener),
			   10 + moment->visit % 1000, 0);

	state.written = moment->visit * 7919 + 1 + sent * data_bytes(ST_SEND);
	state.copied = moment->visit * 104729 + 1 + received * data_bytes(ST_RECV);
	state.err = visit->reset ? ECONNRESET : 0;
	if (visit->reset)
		put(generator, &reset);
	put(generator, &state);
	call.flags = ST_CALL_LAST;
	put_call(generator, call);
	if (visit->reset)
		return;
	state.h.ts_ns = moment->ns + 100 * US;
	state.old = TCP_CLOSE_WAIT;
	state.new = state.sock.state = TCP_CLOSE;
	put(generator, &state);
}

static void put_listener(struct generator *generator, unsigned listener, __u64 t)
{
	struct st_process process = build_process(t, ST_PROCESS_SEEN, listener_pid(listener), "");
	struct st_sock sock = build_tcp(1 + listener, 0, 0);
	struct st_call call = build_call(ST_CALL_SOCKET, t + 20 * US, sock, listener_pid(listener),
					 LISTENER_FD, LISTENER_FD);
	struct st_state state;

	snprintf(process.comm, sizeof(process.comm), "web-%u", listener);
	process.target = 1;
	put(generator, &process);
	call.arg[0] = AF_INET;
	call.arg[1] = SOCK_STREAM;
	put_call(generator, call);
	sock.local_port = FIRST_PORT + listener;
	call = build_call(ST_CALL_BIND, t + 40 * US, sock, listener_pid(listener), LISTENER_FD, 0);
	call.name = (struct st_name){.family = AF_INET, .port = FIRST_PORT + listener, .v4 = 1};
	put_call(generator, call);
	state = build_state(t + 55 * US, sock, TCP_CLOSE, TCP_LISTEN);
	put(generator, &state);
	call = build_call(ST_CALL_LISTEN, t + 60 * US, sock, listener_pid(listener), LISTENER_FD,
			  0);
	call.arg[0] = call.arg[1] = call.backlog = traffic_limits[listener];
	put_call(generator, call);
}

/* What the kernel counted, for comparison with the drops. */
static void put_readings(struct generator *generator, __u64 t)
{
	struct st_netns netns = build_netns(t, ST_COUNTER_LISTEN_OVERFLOWS, 0);

	for (unsigned i = 0; i < TRAFFIC_LISTENERS; i++) {
		struct st_listener reading = build_reading(t, 1 + i, 0, traffic_limits[i]);

		reading.sk_drops = generator->drops[i];
		reading.drops_seen = 1 << ST_DROP_SYN | 1 << ST_DROP_ACK;
		netns.counter[ST_COUNTER_LISTEN_OVERFLOWS] += generator->drops[i];
		put(generator, &reading);
	}
	netns.counter[ST_COUNTER_LISTEN_DROPS] = netns.counter[ST_COUNTER_LISTEN_OVERFLOWS];
	put(generator, &netns);
}

static void add_moment(struct generator *generator, uint64_t ns, size_t visit,
		       enum moment_kind kind, unsigned number)
{
	generator->moments[generator->count++] = (struct moment){ns, visit, number, kind};
}

static void add_moments(struct generator *generator, size_t i)
{
	const struct visit *visit = &generator->traffic.visits[i];
	unsigned dropped = visit->tries - !visit->lost;
	uint64_t served;

	for (unsigned k = 0; k < dropped; k++)
		add_moment(generator, visit->syn_ns[k], i, MOMENT_DROP, k);
	if (visit->lost)
		return;
	served = visit->end_ns - visit->accepted_ns - 100 * US;
	add_moment(generator, visit->syn_ns[dropped], i, MOMENT_ARRIVE, 0);
	add_moment(generator, visit->accepted_ns, i, MOMENT_ACCEPT, 0);
	for (unsigned k = 0; k < generator->runs; k++)
		add_moment(generator,
			   visit->accepted_ns + 20 * US + served * k / (generator->runs + 1), i,
			   MOMENT_DATA, k);
	add_moment(generator, visit->end_ns, i, MOMENT_END, 0);
}

static int compare_moments(const void *a, const void *b)
{
	const struct moment *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns < y->ns ? -1 : 1;
	return x->visit != y->visit ? (x->visit > y->visit) - (x->visit < y->visit)
				    : (int)x->kind - y->kind;
}

static void put_moments(struct generator *generator)
{
	uint32_t depth[TRAFFIC_LISTENERS] = {0};

	for (size_t i = 0; i < generator->count; i++) {
		const struct moment *moment = &generator->moments[i];
		unsigned listener = generator->traffic.visits[moment->visit].listener;

		switch ((enum moment_kind)moment->kind) {
		case MOMENT_DROP:
			put_drop(generator, moment);
			break;
		case MOMENT_ARRIVE:
			depth[listener]++;
			put_arrival(generator, moment);
			break;
		case MOMENT_ACCEPT:
			put_accept(generator, moment, --depth[listener]);
			break;
		case MOMENT_DATA:
			put_data(generator, moment);
			break;
		case MOMENT_END:
			put_end(generator, moment);
			break;
		}
	}
}

static int generate(struct generator *generator)
{
	size_t each = TRAFFIC_TRIES + FIXED_EVENTS + generator->runs;
	struct st_host host = build_host();
	struct st_target target = {.h = {.type = ST_TARGET, .size = sizeof(target)},
				   .text = "generated",
				   .data_mode = "runs"};
	struct st_end end = {.h = {.type = ST_END, .size = sizeof(end)}};

	generator->moments = calloc(generator->traffic.count * each, sizeof(struct moment));
	if (!generator->moments)
		return -ENOMEM;
	for (size_t i = 0; i < generator->traffic.count; i++)
		add_moments(generator, i);
	qsort(generator->moments, generator->count, sizeof(struct moment), compare_moments);
	target.h.ts_ns = host.h.ts_ns;
	put(generator, &host);
	put(generator, &target);
	for (unsigned i = 0; i < TRAFFIC_LISTENERS; i++)
		put_listener(generator, i, BUILD_START_NS + i * MS);
	put_readings(generator, BUILD_START_NS + 10 * MS);
	put_moments(generator);
	end.h.ts_ns = generator->traffic.end_ns + SECOND;
	put_readings(generator, end.h.ts_ns - MS);
	put(generator, &end);
	free(generator->moments);
	return generator->error;
}

/* Recordings of different sizes have the same rate: 2,000 connections a second. */
static uint64_t span_of(size_t connections)
{
	return connections * SECOND / 2000 + SECOND;
}

int main(int argc, char **argv)
{
	struct generator generator = {0};
	unsigned long connections = argc == 4 ? strtoul(argv[2], NULL, 10) : 0;
	unsigned long events = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;
	int r;

	if (!connections || connections > 10000000 || events < FIXED_EVENTS || events > 10000) {
		fprintf(stderr, "usage: generate FILE CONNECTIONS EVENTS (of each: %d or more)\n",
			FIXED_EVENTS);
		return 2;
	}
	generator.runs = events - FIXED_EVENTS;
	r = recording_create(argv[1], &generator.writer);
	if (!r)
		r = traffic_init(&generator.traffic, connections, BUILD_START_NS + 20 * MS,
				 span_of(connections));
	if (!r)
		r = generate(&generator);
	if (generator.writer && recording_close(&generator.writer))
		r = r ? r : -EIO;
	traffic_release(&generator.traffic);
	if (r)
		fprintf(stderr, "generate: %s\n", strerror(-r));
	return r ? 1 : 0;
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the decoder lets through: each type as it should be, cut, too long, and with
 * values out of range.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "build.h"
#include "decode/decode.h"

#define T (BUILD_START_NS + MS)

union any {
	struct st_header h;
	struct st_call call;
	struct st_call_unix call_unix;
	struct st_call_join call_join;
	struct st_seen seen;
	struct st_state state;
	struct st_tcp tcp;
	struct st_data data;
	struct st_empty empty;
	struct st_runs runs;
	struct st_release release;
	struct st_process process;
	struct st_listener listener;
	struct st_drop drop;
	struct st_sample sample;
	struct st_data_call data_call;
	struct st_netns netns;
	struct st_host host;
	struct st_probe probe;
	struct st_target target;
	struct st_cgroup cgroup;
	struct st_loss_record loss;
	struct st_end end;
	struct st_process_limits process_limits;
	struct st_cpu_quota cpu_quota;
	struct st_accept_waits accept_waits;
	__u64 words[64];
};

/* A sound record of a type that user space writes. */
static union any capture_sample(enum st_type type)
{
	union any any = {.words = {0}};

	switch (type) {
	case ST_NETNS:
		any.netns = build_netns(T, ST_COUNTER_LISTEN_OVERFLOWS, 1);
		break;
	case ST_HOST:
		any.host = build_host();
		break;
	case ST_PROBE:
		any.h = (struct st_header){
			.type = type, .size = sizeof(struct st_probe), .ts_ns = T};
		break;
	case ST_TARGET:
		any.h = (struct st_header){
			.type = type, .size = sizeof(struct st_target), .ts_ns = T};
		break;
	case ST_CGROUP:
		any.h = (struct st_header){
			.type = type, .size = sizeof(struct st_cgroup), .ts_ns = T};
		break;
	case ST_LOSS:
		any.loss = build_loss(T, ST_LOSS_CALL, 1);
		break;
	case ST_PROCESS_LIMITS:
		any.process_limits = build_limits(T, 100, 32, 4096, 32);
		break;
	case ST_CPU_QUOTA:
		any.cpu_quota = build_quota(T, 100, 7, 3);
		break;
	case ST_ACCEPT_WAITS:
		any.accept_waits = build_waits(T, 100, 101, T - 1);
		break;
	default:
		any.h = (struct st_header){.type = type, .size = sizeof(struct st_end), .ts_ns = T};
	}
	return any;
}

/* A sound record of the type. */
static union any sample(enum st_type type)
{
	struct st_call call = build_call(ST_CALL_BIND, T, build_tcp(5, 80, 0), 100, 3, 0);
	struct st_state established =
		build_state(T, build_tcp(5, 80, 4000), TCP_SYN_SENT, TCP_ESTABLISHED);
	union any any = {.words = {0}};

	switch (type) {
	case ST_CALL:
		any.call = call;
		break;
	case ST_CALL_UNIX:
		any.call_unix = build_call_unix(call, "/x", 2);
		break;
	case ST_CALL_JOIN:
		any.call_join = build_join(call, &established);
		break;
	case ST_SEEN:
		any.seen = build_seen(T, build_tcp(5, 80, 0), 100, 3);
		break;
	case ST_STATE:
		any.state = build_state(T, build_tcp(5, 80, 0), TCP_CLOSE, TCP_LISTEN);
		break;
	case ST_TCP:
		any.tcp = build_tcp_event(T, build_tcp(5, 80, 0), ST_TCP_RETRANSMIT);
		break;
	case ST_DATA:
		any.data = build_data(T, 5, ST_RECV, 1, 1, 100);
		break;
	case ST_RUNS:
		any.runs = build_runs(T, 5, 100, 3);
		break;
	case ST_EMPTY:
		any.empty = build_empty(T, 5, -ECONNRESET, 3, 100);
		break;
	case ST_UNWANTED:
		any.h = (struct st_header){
			.type = type, .size = sizeof(struct st_unwanted), .ts_ns = T};
		break;
	case ST_RELEASE:
		any.release = build_release(T, 5, 100);
		break;
	case ST_PROCESS:
		any.process = build_process(T, ST_PROCESS_EXEC, 100, "x");
		break;
	case ST_LISTENER:
		any.listener = build_reading(T, 5, 2, 128);
		break;
	case ST_DROP:
		any.drop = build_drop(T, build_tcp(5, 80, 4000), ST_DROP_SYN, 6, 5);
		break;
	case ST_SAMPLE:
		any.sample = build_sample(T, 5, 100, ST_THREAD_SLEEPING);
		break;
	case ST_DATA_CALL:
		any.data_call =
			build_data_call(T, build_tcp(5, 80, 4000), ST_DATA_CALL_READV, 1, 100);
		break;
	default:
		return capture_sample(type);
	}
	return any;
}

static int decode(const union any *any, size_t len)
{
	struct record record;
	void *exact = malloc(len ? len : 1); /* so that a read beyond the end is seen */
	int r;

	assert_non_null(exact);
	memcpy(exact, any, len);
	r = decode_record(exact, len, &record);
	if (!r)
		assert_ptr_equal(record.header, exact);
	free(exact);
	return r;
}

static void test_every_type(void **state)
{
	(void)state;
	for (int type = ST_TYPE_NONE + 1; type < ST_TYPE_MAX; type++) {
		union any any = sample(type);
		size_t size = any.h.size;

		assert_int_equal(any.h.type, type);
		assert_int_equal(decode(&any, size), 0);
		assert_int_equal(decode(&any, size + 8), 0); /* more records may follow */
		for (size_t len = 0; len < size; len++)
			assert_int_equal(decode(&any, len), -ENODATA);
		any.h.size = size + 8;
		assert_int_equal(decode(&any, size + 8), -EBADMSG);
		any.h.size = size - 8;
		assert_int_equal(decode(&any, size),
				 size == sizeof(struct st_header) ? -ENODATA : -EBADMSG);
		any.h.size = size + 4;
		assert_int_equal(decode(&any, size + 8), -ENODATA);
		any.h.size = 0;
		assert_int_equal(decode(&any, size), -ENODATA);
		any.h.size = size;
		any.h.ts_ns = 1ULL << 62;
		assert_int_equal(decode(&any, size), -EBADMSG);
	}
}

static void test_unknown_types_can_be_skipped(void **state)
{
	union any any = sample(ST_END);
	struct record record;

	(void)state;
	any.h.type = ST_TYPE_MAX;
	any.h.size = 64;
	assert_int_equal(decode_record(&any, sizeof(any), &record), -ENOMSG);
	assert_int_equal(record.header->size, 64);
	any.h.type = ST_TYPE_NONE;
	assert_int_equal(decode_record(&any, sizeof(any), &record), -ENOMSG);
	any.h.type = 0xffff;
	assert_int_equal(decode_record(&any, sizeof(any), &record), -ENOMSG);
}

/* The member out of range makes the record unsound. */
#define refuses(type, member, value)                                                               \
	do {                                                                                       \
		union any any_ = sample(type);                                                     \
		any_.member = (value);                                                             \
		assert_int_equal(decode(&any_, any_.h.size), -EBADMSG);                            \
	} while (0)

static void refuses_accept_clock(void)
{
	union any any = sample(ST_CALL);

	any.call.call = ST_CALL_ACCEPT;
	any.call.running_ns = any.call.runnable_ns = 1;
	assert_int_equal(decode(&any, any.h.size), 0);
	any.call.runnable_ns = ~0ULL;
	assert_int_equal(decode(&any, any.h.size), -EBADMSG);
}

static void test_values_out_of_range(void **state)
{
	(void)state;
	refuses(ST_CALL, call.call, ST_CALL_NONE);
	refuses(ST_CALL, call.call, ST_CALL_MAX);
	refuses(ST_CALL, call.ret, -4096);
	refuses(ST_CALL, call.enter_ns, 1ULL << 62);
	refuses(ST_CALL, call.sock.state, 14);
	refuses(ST_CALL, call.sock.v4, 2);
	refuses(ST_CALL, call.name.v4, 2);
	refuses(ST_CALL, call.name.path_len, ST_PATH_LEN + 1);
	refuses_accept_clock();
	refuses(ST_CALL_UNIX, call_unix.path_len, ST_PATH_LEN + 1);
	refuses(ST_CALL_UNIX, call_unix.call.call, ST_CALL_MAX);
	refuses(ST_CALL_JOIN, call_join.call.call, ST_CALL_MAX);
	refuses(ST_CALL_JOIN, call_join.handshake.established_ns, ~0ULL);
	refuses(ST_CALL_JOIN, call_join.handshake.queued_ns, ~0ULL);
	refuses(ST_CALL_JOIN, call_join.handshake.syn_ns, ~0ULL);
	refuses(ST_SEEN, seen.path_len, ST_PATH_LEN + 1);
	refuses(ST_SEEN, seen.sock.state, 200);
	refuses(ST_STATE, state.old, 14);
	refuses(ST_STATE, state.new, 14);
	refuses(ST_STATE, state.queued_ns, ~0ULL);
	refuses(ST_STATE, state.syn_ns, ~0ULL);
	refuses(ST_STATE, state.fin_sent_ns, ~0ULL);
	refuses(ST_STATE, state.fin_received_ns, ~0ULL);
	refuses(ST_STATE, state.err, 4096);
	refuses(ST_TCP, tcp.event, 0);
	refuses(ST_TCP, tcp.event, ST_TCP_MAX);
	refuses(ST_DATA, data.direction, ST_DIRECTION_MAX);
	refuses(ST_DATA, data.v4, 2);
	refuses(ST_DATA, data.first_ns, T + 1);
	refuses(ST_DATA, data.last_ns, 1ULL << 63);
	refuses(ST_RUNS, runs.first_ns, 1ULL << 62);
	refuses(ST_RUNS, h.size, ST_RUNS_SIZE(0) - 8);
	refuses(ST_PROCESS, process.event, 0);
	refuses(ST_PROCESS, process.event, ST_PROCESS_MAX);
	refuses(ST_PROCESS, process.cmdline_len, ST_CMDLINE_LEN + 1);
	refuses(ST_PROCESS, process.start_ns, ~0ULL);
	refuses(ST_DROP, drop.path, 0);
	refuses(ST_DROP, drop.path, ST_DROP_MAX);
	refuses(ST_DROP, drop.sock.state, 14);
	refuses(ST_SAMPLE, sample.state, 0);
	refuses(ST_SAMPLE, sample.state, ST_THREAD_MAX);
	refuses(ST_SAMPLE, sample.running_ns, ~0ULL);
	refuses(ST_DATA_CALL, data_call.call, ST_DATA_CALL_NONE);
	refuses(ST_DATA_CALL, data_call.call, ST_DATA_CALL_MAX);
	refuses(ST_DATA_CALL, data_call.direction, ST_DIRECTION_MAX);
	refuses(ST_DATA_CALL, data_call.ret, -4096);
	refuses(ST_DATA_CALL, data_call.v4, 2);
	refuses(ST_DATA_CALL, data_call.enter_ns, T + 1);
	refuses(ST_DATA_CALL, data_call.sock.state, 14);
	refuses(ST_CPU_QUOTA, cpu_quota.version, 0);
	refuses(ST_CPU_QUOTA, cpu_quota.version, 3);
	refuses(ST_CPU_QUOTA, cpu_quota.quota_ns, ~0ULL);
	refuses(ST_CPU_QUOTA, cpu_quota.period_ns, ~0ULL);
	refuses(ST_CPU_QUOTA, cpu_quota.throttled_ns, ~0ULL);
	refuses(ST_ACCEPT_WAITS, accept_waits.enter_ns, T + 1);
}

static void test_values_at_the_edge(void **state)
{
	union any any = sample(ST_CALL_UNIX);

	(void)state;
	any.call_unix.path_len = ST_PATH_LEN;
	any.call_unix.call.ret = -4095;
	assert_int_equal(decode(&any, any.h.size), 0);
	any.runs = build_runs(T, 5, 100, ST_RUNS_MAX);
	assert_int_equal(decode(&any, any.h.size), 0);
	any.h.size = ST_RUNS_SIZE(ST_RUNS_MAX + 1);
	assert_int_equal(decode(&any, any.h.size), -EBADMSG);
	any = sample(ST_PROCESS);
	any.process.cmdline_len = ST_CMDLINE_LEN;
	assert_int_equal(decode(&any, any.h.size), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_type),
		cmocka_unit_test(test_unknown_types_can_be_skipped),
		cmocka_unit_test(test_values_out_of_range),
		cmocka_unit_test(test_values_at_the_edge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

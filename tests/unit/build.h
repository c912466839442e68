/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Builders of records for tests, and their way through the decoder into a model.
 * Times are CLOCK_MONOTONIC ns as in a recording; BUILD_START_NS is the capture's start.
 */
#pragma once

#include "model/model.h"
#include "socktrace/record.h"

#define BUILD_START_NS 1000000000ULL
#define US 1000ULL
#define MS 1000000ULL
#define BUILD_T0 (BUILD_START_NS + MS) /* where a passage begins */

#define BUILD_CLIENT 11 /* ids of sockets */
#define BUILD_SERVER 22
#define BUILD_LISTENER 33
#define BUILD_NETNS 4026531840u

struct st_host build_host(void);
struct st_sock build_tcp(__u64 id, __u16 local_port,
			 __u16 peer_port); /* 127.0.0.1 both; port 0: unset */
struct st_sock build_udp(__u64 id, __u16 local_port, __u16 peer_port);
struct st_sock build_unix(__u64 id, __u64 peer_id, __u16 type);

/* A call of pid that took 10 us and returned ret at ts_ns. */
struct st_call build_call(enum st_call_name name, __u64 ts_ns, struct st_sock sock, __u32 pid,
			  __s32 fd, __s32 ret);
struct st_call_unix build_call_unix(struct st_call call, const char *path, __u8 path_len);
struct st_state build_state(__u64 ts_ns, struct st_sock sock, __u8 old, __u8 new);
/* The call, with the step to ESTABLISHED that no record has told of. */
struct st_call_join build_join(struct st_call call, const struct st_state *established);
struct st_tcp build_tcp_event(__u64 ts_ns, struct st_sock sock, enum st_tcp_event event);
struct st_data build_data(__u64 ts_ns, __u64 id, enum st_direction direction, __u64 calls,
			  __u64 bytes, __u32 pid);
/* The socket's first n runs, one call each: ST_SEND of 10 bytes, ST_RECV of 11, … */
struct st_runs build_runs(__u64 ts_ns, __u64 id, __u32 pid, __u32 n);
/* The socket's fd is 4; it took 10 us. ret: bytes, or -errno. */
struct st_data_call build_data_call(__u64 ts_ns, struct st_sock sock, enum st_data_call_name name,
				    __s32 ret, __u32 pid);
/* calls that failed to receive, 10 µs from each to the next */
struct st_empty build_empty(__u64 ts_ns, __u64 id, __s16 ret, __u32 calls, __u32 pid);
struct st_release build_release(__u64 ts_ns, __u64 id, __u32 pid);
struct st_seen build_seen(__u64 ts_ns, struct st_sock sock, __u32 pid, __s32 fd);
struct st_process build_process(__u64 ts_ns, enum st_process_event event, __u32 pid,
				const char *comm);
struct st_listener build_reading(__u64 ts_ns, __u64 id, __u32 depth, __u32 limit);
struct st_drop build_drop(__u64 ts_ns, struct st_sock sock, enum st_drop_path path, __u32 depth,
			  __u32 limit); /* sock: the listener with the peer's address */
struct st_sample build_sample(__u64 ts_ns, __u64 listener, __u32 tid, enum st_thread_state state);
struct st_netns build_netns(__u64 ts_ns, enum st_counter counter, __u64 count);
struct st_process_limits build_limits(__u64 ts_ns, __u32 pid, __u64 soft, __u64 hard, __u64 open);
struct st_cpu_quota build_quota(__u64 ts_ns, __u32 pid, __u64 periods,
				__u64 throttled); /* 4 ms in 200 ms; throttled 150 ms each time */
struct st_accept_waits build_waits(__u64 ts_ns, __u32 pid, __u32 tid,
				   __u64 enter_ns); /* in accept(3) */
struct st_loss_record build_loss(__u64 ts_ns, enum st_loss kind, __u64 count);

/* Decodes the record and applies it; the test fails if either does. */
void build_feed(struct model *model, const void *record);
#define feed(model, ...) build_feed(model, &(__typeof__(__VA_ARGS__)[]){__VA_ARGS__})

/* cmocka's fixtures: *state is an empty model that knows its host. */
int build_setup(void **state);
int build_teardown(void **state);

struct connection *build_only(const struct model *model); /* there is one */
size_t build_count(const struct connection *connection, enum event_name name, enum side side);

/* Common passages, each with pids 100 (client) and 200 (server), port 8088. */
void build_listener(struct model *model, __u64 t); /* socket, bind, listen(5); fd 3 */
void build_connect(struct model *model, __u64 t, __u64 id,
		   __u16 port); /* socket to connect() = 0; SYN at t, established t + 60 us */
void build_child(struct model *model, __u64 t, __u64 id,
		 __u16 port); /* the server end enters the queue at t */
void build_accept(struct model *model, __u64 t, __u64 id, __u16 port, __s32 fd);
void build_pair(struct model *model); /* all of these from BUILD_T0 on: up to the accept */
void build_close(struct model *model, __u64 t, struct st_sock sock, __u32 pid, __s32 fd,
		 __u8 old); /* → CLOSE and the call */

/* Records of no consequence, so that what was closed departs. */
void build_pass(struct model *model, __u64 t);

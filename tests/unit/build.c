/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns well-formed records for tests. Does not know what a test expects of them.
 */
#include "build.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "decode/decode.h"
#include "model/index.h"

#define HEADER(kind, t, record)                                                                    \
	{                                                                                          \
		.type = (kind), .size = sizeof(record), .ts_ns = (t)                               \
	}

struct st_host build_host(void)
{
	struct st_host host = {.started_at_ns = 1700000000000000000ULL, .cpus = 2};

	host.h = (struct st_header)HEADER(ST_HOST, BUILD_START_NS, host);
	strcpy(host.name, "testhost");
	strcpy(host.kernel, "6.18.0");
	strcpy(host.machine, "x86_64");
	strcpy(host.boot_id, "0f5c7f5e-0000-4000-8000-000000000000");
	return host;
}

static void set_ports(struct st_sock *sock, __u16 local_port, __u16 peer_port)
{
	static const __u8 loopback[4] = {127, 0, 0, 1};

	sock->local_port = local_port;
	sock->peer_port = peer_port;
	if (local_port)
		memcpy(sock->local, loopback, sizeof(loopback));
	if (peer_port)
		memcpy(sock->peer, loopback, sizeof(loopback));
}

struct st_sock build_tcp(__u64 id, __u16 local_port, __u16 peer_port)
{
	struct st_sock sock = {
		.id = id,
		.netns = BUILD_NETNS,
		.family = AF_INET,
		.type = SOCK_STREAM,
		.protocol = IPPROTO_TCP,
		.state = TCP_CLOSE,
		.v4 = 1,
	};

	set_ports(&sock, local_port, peer_port);
	return sock;
}

struct st_sock build_udp(__u64 id, __u16 local_port, __u16 peer_port)
{
	struct st_sock sock = build_tcp(id, local_port, peer_port);

	sock.type = SOCK_DGRAM;
	sock.protocol = IPPROTO_UDP;
	return sock;
}

struct st_sock build_unix(__u64 id, __u64 peer_id, __u16 type)
{
	return (struct st_sock){
		.id = id | ST_ID_UNIX,
		.peer_id = peer_id ? peer_id | ST_ID_UNIX : 0,
		.netns = BUILD_NETNS,
		.family = AF_UNIX,
		.type = type,
		.state = peer_id ? TCP_ESTABLISHED : TCP_CLOSE,
	};
}

static void set_comm(char *comm, __u32 pid)
{
	strcpy(comm, pid == 100 ? "client" : pid == 200 ? "server" : "other");
}

struct st_call build_call(enum st_call_name name, __u64 ts_ns, struct st_sock sock, __u32 pid,
			  __s32 fd, __s32 ret)
{
	struct st_call call = {
		.sock = sock,
		.enter_ns = ts_ns - 10 * US,
		.pid = pid,
		.tid = pid,
		.fd = fd,
		.ret = ret,
		.call = name,
	};

	call.h = (struct st_header)HEADER(ST_CALL, ts_ns, call);
	set_comm(call.comm, pid);
	return call;
}

struct st_call_unix build_call_unix(struct st_call call, const char *path, __u8 path_len)
{
	struct st_call_unix record = {.call = call, .path_len = path_len};

	record.call.h.type = ST_CALL_UNIX;
	record.call.h.size = sizeof(record);
	record.call.name.family = AF_UNIX;
	record.call.name.path_len = path_len;
	memcpy(record.path, path, path_len);
	return record;
}

struct st_state build_state(__u64 ts_ns, struct st_sock sock, __u8 old, __u8 new)
{
	struct st_state state = {.sock = sock, .old = old, .new = new};

	state.h = (struct st_header)HEADER(ST_STATE, ts_ns, state);
	state.sock.state = new;
	return state;
}

struct st_call_join build_join(struct st_call call, const struct st_state *established)
{
	struct st_call_join join = {
		.call = call,
		.handshake = {
			.established_ns = established->h.ts_ns,
			.queued_ns = established->queued_ns,
			.syn_ns = established->syn_ns,
			.local_isn = established->local_isn,
			.peer_isn = established->peer_isn,
			.written = established->written,
			.copied = established->copied,
			.depth = established->depth,
			.limit = established->limit,
			.pid = established->pid,
			.tid = established->tid,
		},
	};

	join.call.h.type = ST_CALL_JOIN;
	join.call.h.size = sizeof(join);
	return join;
}

struct st_tcp build_tcp_event(__u64 ts_ns, struct st_sock sock, enum st_tcp_event event)
{
	struct st_tcp tcp = {.sock = sock, .event = event};

	tcp.h = (struct st_header)HEADER(ST_TCP, ts_ns, tcp);
	return tcp;
}

struct st_data build_data(__u64 ts_ns, __u64 id, enum st_direction direction, __u64 calls,
			  __u64 bytes, __u32 pid)
{
	struct st_data data = {
		.id = id,
		.calls = calls,
		.bytes = bytes,
		.first_ns = ts_ns - US,
		.last_ns = ts_ns,
		.pid = pid,
		.tid = pid,
		.direction = direction,
	};

	data.h = (struct st_header)HEADER(ST_DATA, ts_ns, data);
	return data;
}

struct st_runs build_runs(__u64 ts_ns, __u64 id, __u32 pid, __u32 n)
{
	struct st_runs runs = {.id = id, .first_ns = ts_ns - n * US, .pid = pid, .tid = pid};

	for (__u32 i = 0; i < n; i++) {
		runs.run[i] = (struct st_run){.after_ns = i * US, .calls = 1, .bytes = 10 + i};
		runs.calls[i % ST_DIRECTION_MAX] += 1;
		runs.bytes[i % ST_DIRECTION_MAX] += 10 + i;
	}
	runs.h = (struct st_header)HEADER(ST_RUNS, ts_ns, runs);
	runs.h.size = ST_RUNS_SIZE(n);
	return runs;
}

struct st_data_call build_data_call(__u64 ts_ns, struct st_sock sock, enum st_data_call_name name,
				    __s32 ret, __u32 pid)
{
	bool sends = name == ST_DATA_CALL_SENDTO || name == ST_DATA_CALL_SENDMSG ||
		     name == ST_DATA_CALL_SENDMMSG || name == ST_DATA_CALL_WRITE ||
		     name == ST_DATA_CALL_WRITEV || name == ST_DATA_CALL_SENDFILE;
	struct st_data_call call = {
		.sock = sock,
		.enter_ns = ts_ns - 10 * US,
		.bytes = ret > 0 ? ret : 0,
		.pid = pid,
		.tid = pid,
		.fd = 4,
		.ret = ret,
		.call = name,
		.direction = sends ? ST_SEND : ST_RECV,
	};

	call.h = (struct st_header)HEADER(ST_DATA_CALL, ts_ns, call);
	return call;
}

struct st_empty build_empty(__u64 ts_ns, __u64 id, __s16 ret, __u32 calls, __u32 pid)
{
	return (struct st_empty){
		.h = HEADER(ST_EMPTY, ts_ns, struct st_empty),
		.id = id,
		.first_ns = ts_ns - (calls - 1) * 10 * US,
		.last_ns = ts_ns,
		.pid = pid,
		.tid = pid,
		.calls = calls,
		.ret = ret,
		.direction = ST_RECV,
	};
}

struct st_release build_release(__u64 ts_ns, __u64 id, __u32 pid)
{
	struct st_release release = {.id = id, .pid = pid, .tid = pid};

	release.h = (struct st_header)HEADER(ST_RELEASE, ts_ns, release);
	return release;
}

struct st_seen build_seen(__u64 ts_ns, struct st_sock sock, __u32 pid, __s32 fd)
{
	struct st_seen seen = {.sock = sock, .pid = pid, .fd = fd};

	seen.h = (struct st_header)HEADER(ST_SEEN, ts_ns, seen);
	set_comm(seen.comm, pid);
	return seen;
}

struct st_process build_process(__u64 ts_ns, enum st_process_event event, __u32 pid,
				const char *comm)
{
	struct st_process process = {.pid = pid, .ppid = 1, .uid = 1000, .event = event};

	process.h = (struct st_header)HEADER(ST_PROCESS, ts_ns, process);
	memcpy(process.comm, comm, strnlen(comm, sizeof(process.comm)));
	return process;
}

struct st_listener build_reading(__u64 ts_ns, __u64 id, __u32 depth, __u32 limit)
{
	struct st_listener reading = {
		.id = id, .depth = depth, .limit = limit, .netns = BUILD_NETNS};

	reading.h = (struct st_header)HEADER(ST_LISTENER, ts_ns, reading);
	return reading;
}

struct st_drop build_drop(__u64 ts_ns, struct st_sock sock, enum st_drop_path path, __u32 depth,
			  __u32 limit)
{
	struct st_drop drop = {.sock = sock, .depth = depth, .limit = limit, .path = path};

	drop.h = (struct st_header)HEADER(ST_DROP, ts_ns, drop);
	return drop;
}

struct st_sample build_sample(__u64 ts_ns, __u64 listener, __u32 tid, enum st_thread_state state)
{
	struct st_sample sample = {.listener = listener,
				   .pid = tid,
				   .tid = tid,
				   .state = state,
				   .syscall = -1,
				   .fd = -1};

	sample.h = (struct st_header)HEADER(ST_SAMPLE, ts_ns, sample);
	return sample;
}

struct st_netns build_netns(__u64 ts_ns, enum st_counter counter, __u64 count)
{
	struct st_netns netns = {
		.netns = BUILD_NETNS, .somaxconn = 4096, .max_syn_backlog = 512, .syncookies = 1};

	netns.counter[counter] = count;
	netns.h = (struct st_header)HEADER(ST_NETNS, ts_ns, netns);
	return netns;
}

struct st_process_limits build_limits(__u64 ts_ns, __u32 pid, __u64 soft, __u64 hard, __u64 open)
{
	return (struct st_process_limits){
		.h = {ST_PROCESS_LIMITS, sizeof(struct st_process_limits), 0, ts_ns},
		.pid = pid,
		.nofile_soft = soft,
		.nofile_hard = hard,
		.fds_open = open,
		.files_open = 9000,
		.files_max = 10000,
	};
}

struct st_cpu_quota build_quota(__u64 ts_ns, __u32 pid, __u64 periods, __u64 throttled)
{
	return (struct st_cpu_quota){
		.h = {ST_CPU_QUOTA, sizeof(struct st_cpu_quota), 0, ts_ns},
		.pid = pid,
		.version = 2,
		.quota_ns = 4 * MS,
		.period_ns = 200 * MS,
		.periods = periods,
		.throttled = throttled,
		.throttled_ns = throttled * 150 * MS,
		.path = "/sys/fs/cgroup/web.slice",
	};
}

struct st_accept_waits build_waits(__u64 ts_ns, __u32 pid, __u32 tid, __u64 enter_ns)
{
	return (struct st_accept_waits){
		.h = {ST_ACCEPT_WAITS, sizeof(struct st_accept_waits), 0, ts_ns},
		.enter_ns = enter_ns,
		.pid = pid,
		.tid = tid,
		.fd = 3,
	};
}

struct st_loss_record build_loss(__u64 ts_ns, enum st_loss kind, __u64 count)
{
	struct st_loss_record loss = {0};

	loss.count[kind] = count;
	loss.h = (struct st_header)HEADER(ST_LOSS, ts_ns, loss);
	return loss;
}

void build_feed(struct model *model, const void *bytes)
{
	const struct st_header *header = bytes;
	struct record record;
	int r = decode_record(bytes, header->size, &record);

	if (model->index->paths.count)
		model->index->paths_enough = 0; /* what is still needed must outlive any sweep */
	if (!r)
		r = model_apply(model, &record);
	if (r) {
		fprintf(stderr, "record of type %u: %s\n", header->type, strerror(-r));
		abort();
	}
}

int build_setup(void **state)
{
	struct model *model;

	if (model_new(&model, NULL))
		return -1;
	feed(model, build_host());
	*state = model;
	return 0;
}

int build_teardown(void **state)
{
	struct model *model = *state;

	model_free(&model);
	return model ? -1 : 0;
}

struct connection *build_only(const struct model *model)
{
	if (model->connections.len != 1) {
		fprintf(stderr, "%zu connections, not one\n", model->connections.len);
		abort();
	}
	return model->connections.items[0];
}

size_t build_count(const struct connection *connection, enum event_name name, enum side side)
{
	size_t n = 0;

	vec_each (event, &connection->events)
		n += event->name == name && event->side == side;
	return n;
}

void build_listener(struct model *model, __u64 t)
{
	struct st_call call =
		build_call(ST_CALL_SOCKET, t, build_tcp(BUILD_LISTENER, 0, 0), 200, -1, 3);

	call.arg[0] = AF_INET;
	call.arg[1] = SOCK_STREAM;
	build_feed(model, &call);
	call = build_call(ST_CALL_BIND, t + 20 * US, build_tcp(BUILD_LISTENER, 8088, 0), 200, 3, 0);
	call.name = (struct st_name){
		.family = AF_INET, .port = 8088, .v4 = 1, .address = {127, 0, 0, 1}};
	build_feed(model, &call);
	feed(model,
	     build_state(t + 35 * US, build_tcp(BUILD_LISTENER, 8088, 0), TCP_CLOSE, TCP_LISTEN));
	call = build_call(ST_CALL_LISTEN, t + 40 * US, build_tcp(BUILD_LISTENER, 8088, 0), 200, 3,
			  0);
	call.arg[0] = 5;
	call.backlog = 5;
	build_feed(model, &call);
}

void build_connect(struct model *model, __u64 t, __u64 id, __u16 port)
{
	struct st_call call =
		build_call(ST_CALL_SOCKET, t - 20 * US, build_tcp(id, 0, 0), 100, -1, 3);
	struct st_state state = build_state(t, build_tcp(id, port, 8088), TCP_CLOSE, TCP_SYN_SENT);

	call.arg[0] = AF_INET;
	call.arg[1] = SOCK_STREAM;
	build_feed(model, &call);
	state.pid = state.tid = 100;
	build_feed(model, &state);
	state = build_state(t + 60 * US, build_tcp(id, port, 8088), TCP_SYN_SENT, TCP_ESTABLISHED);
	state.local_isn = id * 1000;
	state.peer_isn = id * 1000 + 7;
	state.written = state.local_isn + 1;
	state.copied = state.peer_isn + 1;
	build_feed(model, &state);
	call = build_call(ST_CALL_CONNECT, t + 70 * US, build_tcp(id, port, 8088), 100, 3, 0);
	call.enter_ns = t - 2 * US;
	call.name = (struct st_name){
		.family = AF_INET, .port = 8088, .v4 = 1, .address = {127, 0, 0, 1}};
	build_feed(model, &call);
}

void build_child(struct model *model, __u64 t, __u64 id, __u16 port)
{
	struct st_state state =
		build_state(t + US, build_tcp(id, 8088, port), TCP_SYN_RECV, TCP_ESTABLISHED);
	__u64 client = id - (BUILD_SERVER - BUILD_CLIENT);

	state.queued_ns = t;
	state.listener = BUILD_LISTENER;
	state.peer_isn = client * 1000;
	state.local_isn = client * 1000 + 7;
	state.written = state.local_isn + 1;
	state.copied = state.peer_isn + 1;
	state.limit = 5;
	build_feed(model, &state);
}

void build_accept(struct model *model, __u64 t, __u64 id, __u16 port, __s32 fd)
{
	struct st_call call = build_call(ST_CALL_ACCEPT, t, build_tcp(id, 8088, port), 200, 3, fd);

	call.listener = BUILD_LISTENER;
	call.sock.state = TCP_ESTABLISHED;
	call.backlog = 5;
	build_feed(model, &call);
}

void build_pair(struct model *model)
{
	build_listener(model, BUILD_START_NS + 100 * US);
	build_connect(model, BUILD_T0, BUILD_CLIENT, 40000);
	build_child(model, BUILD_T0 + 65 * US, BUILD_SERVER, 40000);
	build_accept(model, BUILD_T0 + 165 * US, BUILD_SERVER, 40000, 4);
}

void build_close(struct model *model, __u64 t, struct st_sock sock, __u32 pid, __s32 fd, __u8 old)
{
	struct st_call call = build_call(ST_CALL_CLOSE, t + US, sock, pid, fd, 0);

	feed(model, build_state(t, sock, old, TCP_CLOSE));
	call.flags = ST_CALL_LAST;
	build_feed(model, &call);
}

void build_pass(struct model *model, __u64 t)
{
	feed(model, build_loss(t + 60 * MS, ST_LOSS_CALL, 0));
	feed(model, build_loss(t + 60 * MS, ST_LOSS_CALL, 0));
}

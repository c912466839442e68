/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * The queues of followed UNIX listeners, and the clients that find them full: a
 * blocking connect() waits, another one gets EAGAIN. The kernel counts neither.
 */
#pragma once

#include "call.h"

#define MAX_WAITERS 128

/* Hash of the path that a UNIX listener is bound to, and of its last part → its id. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, MAX_PORTS);
	__type(key, __u64);
	__type(value, __u64);
} unix_paths SEC(".maps");

/* Threads whose connect() was already told to wait → the listener's id. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, MAX_PORTS);
	__type(key, __u32);
	__type(value, __u64);
} unix_waiters SEC(".maps");

struct path_hash {
	__u64 whole, last;
};

#define HASH_FIRST 0xcbf29ce484222325ULL
#define HASH_FACTOR 0x100000001b3ULL

static __always_inline struct path_hash path_hashed(const char *path, __u8 len)
{
	struct path_hash hash = {HASH_FIRST, HASH_FIRST};

	for (__u32 i = 0; i < ST_PATH_LEN && i < len; i++) {
		__u8 c = path[i];

		hash.whole = (hash.whole ^ c) * HASH_FACTOR;
		hash.last = c == '/' ? HASH_FIRST : (hash.last ^ c) * HASH_FACTOR;
	}
	return hash;
}

static __always_inline void unix_listener_named(__u64 id, const char *path, __u8 len)
{
	struct path_hash hash = path_hashed(path, len);

	if (!len)
		return;
	bpf_map_update_elem(&unix_paths, &hash.last, &id, BPF_ANY);
	bpf_map_update_elem(&unix_paths, &hash.whole, &id, BPF_ANY);
}

/* The followed listener itself; NULL: it is gone. */
static __always_inline struct sock *unix_listener(__u64 id, struct followed **f)
{
	struct sock *sk;

	*f = socket_followed(id);
	if (!*f)
		return NULL;
	sk = sock_at((*f)->sock);
	return unix_id(sk) == id && SOCK(sk, __sk_common.skc_state) == TCP_LISTEN ? sk : NULL;
}

/* Of a listener that nobody is connected to: by the path at that address, which may be relative.
 * A global function: the verifier would go through the loop for each way that leads here. */
__noinline __u64 unix_listener_at(__u64 address, __u32 path_len)
{
	char path[ST_PATH_LEN] = {};
	__u64 len = path_bound(path_len), *id;
	struct path_hash hash;

	if (!len || bpf_probe_read_kernel(path, len, (void *)address))
		return 0;
	hash = path_hashed(path, len);
	id = bpf_map_lookup_elem(&unix_paths, &hash.whole);
	if (!id)
		id = bpf_map_lookup_elem(&unix_paths, &hash.last);
	return id ? *id : 0;
}

/* Of a client: the socket at the other end, which has no inode before it is accepted. */
static __always_inline __u64 unix_peer_id(struct sock *client)
{
	struct sock *peer = READ(client, unix_sock, peer);
	__u64 id = peer ? unix_id(peer) : 0;

	return id || !peer ? id : pointer_id(peer);
}

/* Of what was accepted: its client, or itself as that saw it where it is gone. */
static __always_inline __u64 unix_client_id(struct sock *child)
{
	__u64 id = unix_id(READ(child, unix_sock, peer));

	return id ? id : pointer_id(child);
}

static __always_inline __u64 unix_listener_of_client(struct sock *client)
{
	struct sock *peer = READ(client, unix_sock, peer);
	__u64 name = peer ? (__u64)READ(peer, unix_sock, addr) : 0;
	__u64 *id = name ? bpf_map_lookup_elem(&names, &name) : NULL;

	return id ? *id : 0;
}

/* The queue that a client got into, itself included. */
static __always_inline void unix_queue_fill(struct st_call *r, __u64 id)
{
	struct followed *f;
	struct sock *sk = id ? unix_listener(id, &f) : NULL;

	if (!sk)
		return;
	r->depth = SOCK(sk, sk_receive_queue.qlen);
	r->backlog = SOCK(sk, sk_max_ack_backlog);
}

static __always_inline void unix_full_report(__u64 id, struct sock *sk, __u32 pid, __u32 tid,
					     __u64 since_ns, __u8 flags)
{
	struct st_drop *r;

	if (!RECORD_RESERVE(ST_DROP, ST_LOSS_CALL, r))
		return;
	sock_fill(&r->sock, sk, id, 0);
	r->h.ts_ns = since_ns;
	r->path = ST_DROP_UNIX;
	r->flags = flags;
	r->pid = pid;
	r->tid = tid;
	r->limit = SOCK(sk, sk_max_ack_backlog);
	r->depth = SOCK(sk, sk_receive_queue.qlen);
	/* By now there may be room again: there was none when it came. */
	if (r->depth <= r->limit)
		r->depth = r->limit + 1;
	record_submit(r);
}

static __always_inline __u64 switches_of(struct task_struct *task)
{
	return READ(task, task_struct, nvcsw);
}

/* The thread slept in its connect(), and in that time an accept() made room in a full queue
 * or there still is little: it was for want of room that it slept. */
static __always_inline bool unix_waited(const struct st_thread *thread, struct followed *f,
					struct sock *sk)
{
	__u32 limit = SOCK(sk, sk_max_ack_backlog), depth = SOCK(sk, sk_receive_queue.qlen);

	if (switches_of((void *)bpf_get_current_task()) == thread->args[3])
		return false;
	return f->queue.full_until_ns >= thread->enter_ns || st_queue_is_crowded(depth, limit);
}

/* A connect() returned. `id`: the listener, 0: not known or not followed. */
static __always_inline void unix_connect_ended(const struct st_thread *thread, __u64 id, __s64 ret)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	__u32 tid = pid_tgid;
	__u64 *told = bpf_map_lookup_elem(&unix_waiters, &tid);
	struct followed *f;
	struct sock *sk = id ? unix_listener(id, &f) : NULL;

	if (told)
		bpf_map_delete_elem(&unix_waiters, &tid);
	if (!sk)
		return;
	if (ret == -EAGAIN)
		unix_full_report(id, sk, pid_tgid >> 32, tid, thread->enter_ns, ST_DROP_AGAIN);
	else if (!told && unix_waited(thread, f, sk))
		unix_full_report(id, sk, pid_tgid >> 32, tid, thread->enter_ns, 0);
	if (st_queue_is_crowded(SOCK(sk, sk_receive_queue.qlen), SOCK(sk, sk_max_ack_backlog)))
		wake_soon(bpf_ktime_get_ns());
}

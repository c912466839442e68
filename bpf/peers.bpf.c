/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * The other ends, on this host, of the connections that targets had open: user space runs it
 * once, after those. They may be targets' too: of what was narrowed to a port only one end is.
 */
#include "seen.h"
#include "tuple.h"

#include <bpf/bpf_tracing.h>

/* Its other end is a target's, or waits in the queue of a target's listener. */
static __always_inline bool is_unix_end_of_target(struct sock *sk)
{
	struct sock *peer = READ(sk, unix_sock, peer);
	__u64 id;

	if (!peer || SOCK(sk, sk_type) == SOCK_DGRAM)
		return false;
	id = unix_id(peer);
	return id ? !!socket_followed(id) : !!unix_listener_of_client(sk);
}

static __always_inline bool is_tcp_end_of_target(struct sock *sk)
{
	struct st_sock s = {};

	sock_fill(&s, sk, 0, 0);
	return is_local_tcp(&s) && is_other_end(&s);
}

static __always_inline bool is_end_of_target(struct sock *sk)
{
	__u16 family = SOCK(sk, __sk_common.skc_family);

	if (family == AF_UNIX)
		return is_unix_end_of_target(sk);
	return (family == AF_INET || family == AF_INET6) && is_tcp_end_of_target(sk);
}

SEC("iter/task_file")
int snapshot_peers(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	__u32 fd = ctx->fd; /* now: the compiler would put off the load, not its address */
	struct sock *sk = sock_at_hand(task, file);
	struct st_seen *r;
	__u64 id;

	if (!sk || !is_end_of_target(sk))
		return 0;
	id = sock_id(sk);
	if (!id)
		leave_out(ctx, task, fd, sk);
	r = socket_followed(id) ? NULL : seen_begin(task, fd, sk, id, ST_SOCK_PEER);
	if (!r)
		return 0;
	if (r->sock.family == AF_UNIX)
		unix_peer_hint(r->pid);
	seen_end(ctx, r);
	return 0;
}

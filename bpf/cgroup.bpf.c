/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * Hooks on the root cgroup: the birth and the last close of INET sockets, and
 * whom an unconnected UDP socket talks to.
 */
#include "release.h"
#include "run.h"
#include "sock.h"
#include "target.h"

/* Every new INET socket gets its cookie here, so that its identity is known from socket() on. */
SEC("cgroup/sock_create")
int on_sock_create(struct bpf_sock *ctx)
{
	bpf_get_socket_cookie(ctx);
	return 1;
}

/* The close() that is under way in this thread will report it. */
static __always_inline bool closing_itself(__u64 pid_tgid, __u64 id)
{
	__u32 tid = pid_tgid;
	struct st_thread *thread =
		may_be_target(pid_tgid >> 32) ? bpf_map_lookup_elem(&threads, &tid) : NULL;

	if (!thread || thread->call != ST_CALL_CLOSE || thread->sock.id != id)
		return false;
	thread->last = 1;
	return true;
}

SEC("cgroup/sock_release")
int on_sock_release(struct bpf_sock *ctx)
{
	__u64 id = bpf_get_socket_cookie(ctx), pid_tgid;
	struct followed *f = socket_followed(id);
	bool goes_on = ctx->protocol == IPPROTO_TCP && ctx->state != TCP_CLOSE, closing;

	if (!f)
		return 1;
	pid_tgid = bpf_get_current_pid_tgid();
	closing = closing_itself(pid_tgid, id);
	if (!closing || !goes_on)
		runs_report(id, f); /* else the close() has, and the step to CLOSE will */
	if (!closing)
		release_report(id, pid_tgid);
	if (goes_on)
		f->released = 1;
	else
		socket_remove(id);
	return 1;
}

struct peer {
	__u64 address[2];
	__u16 family, port;
	__u8 v4;
};

/* Names the peer of the next datagrams; a change of peer ends the run. */
static __always_inline int peer_set(__u64 id, __u8 direction, struct peer *peer)
{
	struct followed *f = socket_followed(id);
	struct run_peer *known;

	if (!f)
		return 1;
	known = &f->peer[direction];
	if (is_v4_mapped((__u8 *)peer->address)) {
		peer->address[0] = peer->address[1] >> 32;
		peer->address[1] = 0;
		peer->v4 = 1;
	}
	if (known->port == peer->port && known->address[0] == peer->address[0] &&
	    known->address[1] == peer->address[1])
		return 1;
	run_report(id, f, direction);
	known->family = peer->family;
	known->port = peer->port;
	known->v4 = peer->v4;
	known->is_new = 1;
	known->address[0] = peer->address[0];
	known->address[1] = peer->address[1];
	return 1;
}

#define PEER_V4(hook, name, direction)                                                             \
	SEC("cgroup/" #hook)                                                                       \
	int name(struct bpf_sock_addr *ctx)                                                        \
	{                                                                                          \
		struct peer peer = {.family = AF_INET, .v4 = 1};                                   \
                                                                                                   \
		peer.address[0] = ctx->user_ip4;                                                   \
		peer.port = bpf_ntohs(ctx->user_port);                                             \
		return peer_set(bpf_get_socket_cookie(ctx), direction, &peer);                     \
	}
#define PEER_V6(hook, name, direction)                                                             \
	SEC("cgroup/" #hook)                                                                       \
	int name(struct bpf_sock_addr *ctx)                                                        \
	{                                                                                          \
		struct peer peer = {.family = AF_INET6};                                           \
                                                                                                   \
		((__u32 *)peer.address)[0] = ctx->user_ip6[0];                                     \
		((__u32 *)peer.address)[1] = ctx->user_ip6[1];                                     \
		((__u32 *)peer.address)[2] = ctx->user_ip6[2];                                     \
		((__u32 *)peer.address)[3] = ctx->user_ip6[3];                                     \
		peer.port = bpf_ntohs(ctx->user_port);                                             \
		return peer_set(bpf_get_socket_cookie(ctx), direction, &peer);                     \
	}

PEER_V4(sendmsg4, on_sendmsg4, ST_SEND)
PEER_V4(recvmsg4, on_recvmsg4, ST_RECV)
PEER_V6(sendmsg6, on_sendmsg6, ST_SEND)
PEER_V6(recvmsg6, on_recvmsg6, ST_RECV)

/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * What there is to know of a struct sock: its identity, its addresses, whether
 * it is wanted.
 */
#pragma once

#include "read.h"
#include "sockets.h"

#include <bpf/bpf_endian.h>

#define SOCK(sk, field) FIELD(sk, field)

/* The socket at an address that was noted down or worked out. */
static __always_inline struct sock *sock_at(__u64 address)
{
	void *pointer = (void *)address;

	return config.casts ? bpf_rdonly_cast(pointer, bpf_core_type_id_kernel(struct sock))
			    : pointer;
}

#define FIELD_IN6(out, pointer, field)                                                             \
	do {                                                                                       \
		((__u32 *)(out))[0] = FIELD(pointer, field.in6_u.u6_addr32[0]);                    \
		((__u32 *)(out))[1] = FIELD(pointer, field.in6_u.u6_addr32[1]);                    \
		((__u32 *)(out))[2] = FIELD(pointer, field.in6_u.u6_addr32[2]);                    \
		((__u32 *)(out))[3] = FIELD(pointer, field.in6_u.u6_addr32[3]);                    \
	} while (0)

static __always_inline __u64 pointer_id(const void *pointer)
{
	__u64 address = 0;

	bpf_probe_read_kernel(&address, sizeof(address), &pointer);
	return ((address ^ config.pointer_secret) & ~ST_ID_UNIX) | ST_ID_POINTER;
}

/* UNIX sockets are known by their sockfs inode. An accepted one has none before accept(). */
static __always_inline __u64 unix_id(struct sock *sk)
{
	__u64 socket = READ_ADDRESS(sk, sock, sk_socket);
	struct socket_alloc *alloc;

	if (!socket)
		return 0;
	alloc = (void *)(socket - bpf_core_field_offset(struct socket_alloc, socket));
	return READ(alloc, socket_alloc, vfs_inode.i_ino) | ST_ID_UNIX;
}

/* 0: it has no identity yet (a cookie that nobody asked for). */
static __always_inline __u64 inet_id(struct sock *sk)
{
	return config.cookies ? (__u64)SOCK(sk, __sk_common.skc_cookie.counter) : pointer_id(sk);
}

static __always_inline __u64 sock_id(struct sock *sk)
{
	return SOCK(sk, __sk_common.skc_family) == AF_UNIX ? unix_id(sk) : inet_id(sk);
}

/* Behind an MPTCP fd stands its first subflow: addresses, states and queue are there. */
static __always_inline struct sock *mptcp_or_self(struct sock *sk)
{
	struct sock *first;

	if (SOCK(sk, sk_protocol) != IPPROTO_MPTCP || !bpf_core_type_exists(struct mptcp_sock))
		return sk;
	first = READ(sk, mptcp_sock, first);
	return first && SOCK(first, __sk_common.skc_cookie.counter) ? first : sk;
}

static __always_inline bool is_v4_mapped(const __u8 *a)
{
	const __u32 *w = (const void *)a;

	return w[0] == 0 && w[1] == 0 && w[2] == bpf_htonl(0xffff);
}

static __always_inline void sock_addresses(struct st_sock *out, struct sock *sk)
{
	if (out->family == AF_INET) {
		*(__u32 *)out->local = SOCK(sk, __sk_common.skc_rcv_saddr);
		*(__u32 *)out->peer = SOCK(sk, __sk_common.skc_daddr);
		out->v4 = 1;
		return;
	}
	FIELD_IN6(out->local, sk, __sk_common.skc_v6_rcv_saddr);
	FIELD_IN6(out->peer, sk, __sk_common.skc_v6_daddr);
	if (is_v4_mapped(out->local) || is_v4_mapped(out->peer)) {
		*(__u32 *)out->local = ((__u32 *)out->local)[3];
		*(__u32 *)out->peer = ((__u32 *)out->peer)[3];
		__builtin_memset(out->local + 4, 0, 12);
		__builtin_memset(out->peer + 4, 0, 12);
		out->v4 = 1;
	}
}

static __always_inline void sock_fill(struct st_sock *out, struct sock *sk, __u64 id, __u8 flags)
{
	struct net *net = (void *)READ_ADDRESS(sk, sock, __sk_common.skc_net.net);

	out->id = id;
	out->flags = flags;
	out->netns = READ(net, net, ns.inum);
	out->family = SOCK(sk, __sk_common.skc_family);
	out->type = SOCK(sk, sk_type);
	out->protocol = SOCK(sk, sk_protocol);
	out->state = SOCK(sk, __sk_common.skc_state);
	if (out->family == AF_UNIX)
		return;
	out->local_port = SOCK(sk, __sk_common.skc_num);
	if (!out->local_port) /* closed, and given back: it had this one */
		out->local_port = bpf_ntohs(READ(sk, inet_sock, inet_sport));
	out->peer_port = bpf_ntohs(SOCK(sk, __sk_common.skc_dport));
	sock_addresses(out, sk);
}

/* Clients of IPv4 may come to it as well. */
static __always_inline bool is_listener_on_any(const struct st_sock *s)
{
	const __u64 *local = (const void *)s->local;

	return s->state == TCP_LISTEN && !local[0] && !local[1];
}

/* Those of a peer's socket are asked for as its target has them. One that is not known yet excludes
 * nothing. */
static __always_inline bool ports_wanted(__u16 own, __u16 other, __u8 flags)
{
	__u16 local = flags & ST_SOCK_PEER ? other : own;
	__u16 remote = flags & ST_SOCK_PEER ? own : other;

	if (config.local_port && local && local != config.local_port)
		return false;
	return !config.remote_port || !remote || remote == config.remote_port;
}

/* Families and ports asked for. */
static __always_inline bool sock_wanted(const struct st_sock *s)
{
	if (s->family == AF_UNIX)
		return config.unix_sockets;
	if (s->family != AF_INET && s->family != AF_INET6)
		return false;
	if (s->family == AF_INET || s->v4
		    ? !config.ipv4
		    : !config.ipv6 && !(config.ipv4 && is_listener_on_any(s)))
		return false;
	return ports_wanted(s->local_port, s->peer_port, s->flags);
}

/* Follows the socket from now on. NULL: no room, and it was counted. */
static __always_inline struct followed *socket_follow(struct sock *sk, __u64 id, __u8 flags)
{
	__u32 at = id ? socket_enter(id) : -1;
	struct followed *f = bpf_map_lookup_elem(&sockets, &at);

	if (!id)
		return NULL;
	if (!f) {
		loss_count(ST_LOSS_SOCKET_MAP);
		return NULL;
	}
	f->sock = (__u64)sk;
	if (flags)
		f->flags |= flags;
	return f;
}

/* Its last reference is gone. TCP still has states to go through. */
static __always_inline void socket_forget(const struct st_sock *s)
{
	struct followed *f = socket_followed(s->id);

	if (!f)
		return;
	if (s->family != AF_UNIX && s->protocol == IPPROTO_TCP && s->state != TCP_CLOSE)
		f->released = 1;
	else
		socket_remove(s->id);
}

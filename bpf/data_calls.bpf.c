/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * The calls that send and receive, one by one: with --data=events, and where nothing else
 * shows sends and receives. Of all reads and writes only those of sockets are followed.
 */
#include "call.h"

#define MAX_MESSAGES 1024 /* of sendmmsg and recvmmsg: the kernel's limit too */
#define MESSAGES_AT_ONCE 32

/* User memory's struct msghdr and struct mmsghdr. */
struct user_message {
	__u64 name;
	__u32 name_len, pad;
	__u64 rest[5];
	__u32 len, pad2; /* mmsghdr: bytes of this message, when the call has returned */
};

/* What a thread's entry holds of such a call. */
enum data_arg { ARG_FD, ARG_FLAGS, ARG_NAME, ARG_NAME_LEN };

static __always_inline int data_enter(struct syscall_enter *ctx, __u8 call, __u64 flags, __u64 name,
				      __u64 name_len)
{
	struct st_thread *thread = thread_of_target();
	struct sock *sk = thread ? sock_of_fd(ctx->args[0]) : NULL;
	struct followed *f;
	__u64 id;

	if (!sk)
		return 0;
	id = sock_id(sk);
	f = socket_followed(id);
	__builtin_memset(&thread->sock, 0, sizeof(thread->sock));
	sock_fill(&thread->sock, sk, id, f ? f->flags : 0);
	if (!sock_wanted(&thread->sock))
		return 0;
	thread->args[ARG_FD] = ctx->args[0];
	thread->args[ARG_FLAGS] = flags;
	thread->args[ARG_NAME] = name;
	thread->args[ARG_NAME_LEN] = name_len;
	thread->call = ST_CALL_OF_DATA(call);
	thread->enter_ns = bpf_ktime_get_ns();
	return 0;
}

/* The socket as it is now: the call may have chosen its port, or been its first record. Where
 * the fd is another's by now, it is the one from the entry. */
static __always_inline void data_fill_sock(struct st_data_call *r, const struct st_thread *thread)
{
	struct sock *sk = sock_of_fd(thread->args[ARG_FD]);
	__u64 id = sk ? sock_id(sk) : 0;
	struct followed *f;

	r->sock = thread->sock;
	if (!id || (thread->sock.id && thread->sock.id != id))
		return;
	f = socket_followed(id);
	sock_fill(&r->sock, sk, id, f ? f->flags : 0);
	if (!f && sock_wanted(&r->sock))
		socket_follow(sk, id, 0);
}

/* What follows is constant in each program: so the others have none of it. */
static __always_inline bool has_address(__u8 call)
{
	return call <= ST_DATA_CALL_RECVMMSG;
}

static __always_inline bool is_of_messages(__u8 call)
{
	return call == ST_DATA_CALL_SENDMMSG || call == ST_DATA_CALL_RECVMMSG;
}

/* A function of its own: it stands in a loop, and is verified once that way. */
__noinline __u64 few_messages_bytes(__u64 messages, __u64 count)
{
	const struct user_message *message = (void *)messages;
	__u64 bytes = 0;
	__u32 len;

	for (__u64 i = 0; i < MESSAGES_AT_ONCE && i < count; i++) {
		if (bpf_probe_read_user(&len, sizeof(len), &message[i].len))
			break;
		bytes += len;
	}
	return bytes;
}

static __always_inline __u64 messages_bytes(__u64 messages, __u64 count)
{
	__u64 bytes = 0;

	for (__u64 at = 0; at < MAX_MESSAGES && at < count; at += MESSAGES_AT_ONCE)
		bytes += few_messages_bytes(messages + at * sizeof(struct user_message),
					    count - at);
	return bytes;
}

/* The address that the call was given, or filled in: its place and length differ. */
static __always_inline void data_fill_peer(struct st_data_call *r, const struct st_thread *thread,
					   __u8 call)
{
	__u64 user = thread->args[ARG_NAME], len = thread->args[ARG_NAME_LEN];
	struct user_message message = {};
	struct st_name name = {};
	__u32 len_there = 0;

	if (!has_address(call) || !user || r->sock.protocol != IPPROTO_UDP || r->ret < 0)
		return;
	if (call == ST_DATA_CALL_RECVFROM) {
		bpf_probe_read_user(&len_there, sizeof(len_there), (void *)len);
		len = len_there;
	} else if (call != ST_DATA_CALL_SENDTO) {
		bpf_probe_read_user(&message, sizeof(message.name) + sizeof(message.name_len),
				    (void *)user);
		user = message.name;
		len = message.name_len;
	}
	if (user && len)
		name_fill(&name, user, len);
	if (name.family != AF_INET && name.family != AF_INET6)
		return;
	r->peer_family = name.family;
	r->peer_port = name.port;
	r->v4 = name.v4;
	__builtin_memcpy(r->peer, name.address, sizeof(r->peer));
}

static __always_inline void data_fill_bytes(struct st_data_call *r, const struct st_thread *thread,
					    __u8 call)
{
	if (thread->args[ARG_FLAGS] & MSG_PEEK)
		r->flags |= ST_DATA_CALL_PEEK;
	else if (thread->args[ARG_FLAGS] & MSG_ERRQUEUE)
		r->flags |= ST_DATA_CALL_ERRQUEUE;
	else if (r->ret > 0)
		r->bytes = is_of_messages(call)
				   ? messages_bytes(thread->args[ARG_NAME], r->ret)
				   : r->ret;
}

static __always_inline int data_exit(struct syscall_exit *ctx, __u8 call, __u8 direction)
{
	struct st_thread *thread = call_leave(ST_CALL_OF_DATA(call));
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct st_data_call *r;

	if (!thread || !RECORD_RESERVE(ST_DATA_CALL,
				       config.data_sums ? ST_LOSS_DATA : ST_LOSS_CALL, r))
		return 0;
	data_fill_sock(r, thread);
	if (!r->sock.id || !sock_wanted(&r->sock)) {
		bpf_ringbuf_discard(r, BPF_RB_NO_WAKEUP);
		return 0;
	}
	r->enter_ns = thread->enter_ns;
	r->pid = pid_tgid >> 32;
	r->tid = pid_tgid;
	r->fd = thread->args[ARG_FD];
	r->ret = ctx->ret;
	r->call = call;
	r->direction = direction;
	r->flags = config.data_sums ? ST_DATA_CALL_SUMS : 0;
	data_fill_bytes(r, thread, call);
	data_fill_peer(r, thread, call);
	record_submit(r);
	return 0;
}

/* A program may read only as many arguments as the call has. */
#define DATA_CALL(syscall, name, direction, flags, peer, peer_len)                                 \
	SEC("tracepoint/syscalls/sys_enter_" #syscall)                                             \
	int enter_##syscall(struct syscall_enter *ctx)                                             \
	{                                                                                          \
		return data_enter(ctx, name, flags, peer, peer_len);                               \
	}                                                                                          \
	SEC("tracepoint/syscalls/sys_exit_" #syscall)                                              \
	int exit_##syscall(struct syscall_exit *ctx)                                               \
	{                                                                                          \
		return data_exit(ctx, name, direction);                                            \
	}

DATA_CALL(sendto, ST_DATA_CALL_SENDTO, ST_SEND, ctx->args[3], ctx->args[4], ctx->args[5])
DATA_CALL(recvfrom, ST_DATA_CALL_RECVFROM, ST_RECV, ctx->args[3], ctx->args[4], ctx->args[5])
DATA_CALL(sendmsg, ST_DATA_CALL_SENDMSG, ST_SEND, ctx->args[2], ctx->args[1], 0)
DATA_CALL(recvmsg, ST_DATA_CALL_RECVMSG, ST_RECV, ctx->args[2], ctx->args[1], 0)
DATA_CALL(sendmmsg, ST_DATA_CALL_SENDMMSG, ST_SEND, ctx->args[3], ctx->args[1], 0)
DATA_CALL(recvmmsg, ST_DATA_CALL_RECVMMSG, ST_RECV, ctx->args[3], ctx->args[1], 0)
DATA_CALL(write, ST_DATA_CALL_WRITE, ST_SEND, 0, 0, 0)
DATA_CALL(read, ST_DATA_CALL_READ, ST_RECV, 0, 0, 0)
DATA_CALL(writev, ST_DATA_CALL_WRITEV, ST_SEND, 0, 0, 0)
DATA_CALL(readv, ST_DATA_CALL_READV, ST_RECV, 0, 0, 0)
DATA_CALL(sendfile64, ST_DATA_CALL_SENDFILE, ST_SEND, 0, 0, 0)

/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * socket, socketpair, bind, listen, shutdown, close: the calls that concern one
 * socket of the caller alone.
 */
#include "call.h"
#include "release.h"
#include "unix.h"

static __always_inline int enter(struct syscall_enter *ctx, __u8 call, int args)
{
	struct st_thread *thread = thread_of_target();

	if (thread)
		call_enter(thread, call, ctx, args);
	return 0;
}

static __always_inline int entered_socket(struct syscall_enter *ctx)
{
	return enter(ctx, ST_CALL_SOCKET, 3);
}

/* What was asked for; stands for the socket where there is none. */
static __always_inline void socket_args(struct st_call *r, const struct st_thread *thread)
{
	r->arg[0] = thread->args[0];
	r->arg[1] = thread->args[1];
	r->arg[2] = thread->args[2];
	r->sock.family = thread->args[0];
	r->sock.type = thread->args[1] & 0xf;
	r->sock.protocol = thread->args[2];
}

static __always_inline int returned_socket(struct syscall_exit *ctx)
{
	struct st_thread *thread = call_leave(ST_CALL_SOCKET);
	struct st_call *r;
	struct sock *sk;

	if (!thread || !RECORD_RESERVE(ST_CALL, ST_LOSS_CALL, r))
		return 0;
	call_fill(r, thread, ST_CALL_SOCKET, ctx->ret);
	socket_args(r, thread);
	sk = sock_of_fd(ctx->ret);
	if (sk)
		call_fill_sock(r, sk, 0);
	r->fd = ctx->ret;
	call_submit(r);
	return 0;
}

CALL_TRACEPOINTS(socket)

static __always_inline int entered_socketpair(struct syscall_enter *ctx)
{
	return enter(ctx, ST_CALL_SOCKETPAIR, 4);
}

static __always_inline int returned_socketpair(struct syscall_exit *ctx)
{
	struct st_thread *thread = call_leave(ST_CALL_SOCKETPAIR);
	struct sock *first, *second;
	struct st_call *r;
	int fds[2] = {-1, -1};

	if (!thread || !RECORD_RESERVE(ST_CALL, ST_LOSS_CALL, r))
		return 0;
	call_fill(r, thread, ST_CALL_SOCKETPAIR, ctx->ret);
	socket_args(r, thread);
	if (ctx->ret == 0)
		bpf_probe_read_user(fds, sizeof(fds), (void *)thread->args[3]);
	r->fd = fds[0];
	r->fd2 = fds[1];
	first = sock_of_fd(fds[0]);
	second = sock_of_fd(fds[1]);
	if (first && second) {
		call_fill_sock(r, first, 0);
		r->listener = sock_id(second);
		r->sock.peer_id = r->listener;
		if (config.unix_sockets)
			socket_follow(second, r->listener, 0);
	}
	call_submit(r);
	return 0;
}

CALL_TRACEPOINTS(socketpair)

static __always_inline int entered_bind(struct syscall_enter *ctx)
{
	return enter(ctx, ST_CALL_BIND, 3);
}

static __always_inline int returned_bind(struct syscall_exit *ctx)
{
	struct st_thread *thread = call_leave(ST_CALL_BIND);
	struct sock *sk = thread ? sock_of_fd(thread->args[0]) : NULL;
	struct st_call_unix *r;

	if (thread && !sk)
		return call_report_alone(thread, ST_CALL_BIND, 0, ctx->ret);
	if (!sk || !RECORD_RESERVE(ST_CALL_UNIX, ST_LOSS_CALL, r))
		return 0;
	call_fill(&r->call, thread, ST_CALL_BIND, ctx->ret);
	r->call.fd = thread->args[0];
	call_fill_sock(&r->call, sk, 0);
	name_fill(&r->call.name, thread->args[1], thread->args[2]);
	if (r->call.name.family == AF_UNIX)
		r->path_len = user_path(r->path, thread->args[1], thread->args[2]);
	call_submit(&r->call);
	return 0;
}

CALL_TRACEPOINTS(bind)

static __always_inline int entered_listen(struct syscall_enter *ctx)
{
	return enter(ctx, ST_CALL_LISTEN, 2);
}

static __always_inline int returned_listen(struct syscall_exit *ctx)
{
	struct st_thread *thread = call_leave(ST_CALL_LISTEN);
	struct sock *outer = thread ? sock_of_file(file_of_fd(thread->args[0])) : NULL;
	struct st_call_unix *r;
	struct sock *sk;

	if (thread && !outer)
		return call_report_alone(thread, ST_CALL_LISTEN, thread->args[1], ctx->ret);
	if (!outer || !RECORD_RESERVE(ST_CALL_UNIX, ST_LOSS_CALL, r))
		return 0;
	sk = mptcp_or_self(outer);
	call_fill(&r->call, thread, ST_CALL_LISTEN, ctx->ret);
	r->call.fd = thread->args[0];
	r->call.arg[0] = thread->args[1];
	r->call.backlog = SOCK(sk, sk_max_ack_backlog);
	r->call.listener = mptcp_outer_id(outer, sk);
	call_fill_sock(&r->call, sk, 0);
	if (r->call.sock.family == AF_UNIX)
		r->path_len = unix_path(r->path, sk);
	if (ctx->ret == 0 && sock_wanted(&r->call.sock)) {
		listener_announce(pointer_of(sk));
		unix_listener_named(r->call.sock.id, r->path, r->path_len);
		wake_soon(bpf_ktime_get_ns()); /* its namespace may not be looked at yet */
	}
	call_submit(&r->call);
	return 0;
}

CALL_TRACEPOINTS(listen)

static __always_inline int entered_shutdown(struct syscall_enter *ctx)
{
	return enter(ctx, ST_CALL_SHUTDOWN, 2);
}

static __always_inline int returned_shutdown(struct syscall_exit *ctx)
{
	struct st_thread *thread = call_leave(ST_CALL_SHUTDOWN);
	struct followed *f;
	struct st_call *r;
	struct sock *sk;

	if (!thread)
		return 0;
	sk = sock_of_fd(thread->args[0]);
	if (!sk)
		return call_report_alone(thread, ST_CALL_SHUTDOWN, thread->args[1], ctx->ret);
	f = socket_followed(sock_id(sk));
	if (f)
		runs_report(sock_id(sk), f);
	if (!RECORD_RESERVE(ST_CALL, ST_LOSS_CALL, r))
		return 0;
	call_fill(r, thread, ST_CALL_SHUTDOWN, ctx->ret);
	r->fd = thread->args[0];
	r->arg[0] = thread->args[1];
	call_fill_sock(r, sk, 0);
	call_submit(r);
	return 0;
}

CALL_TRACEPOINTS(shutdown)

/* The close() of a process at the other end of a target's UNIX connection. */
static __always_inline int unix_peer_closes(int fd)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid(), id;
	struct followed *f;
	struct file *file;
	struct sock *sk;

	if (!may_be_unix_peer(pid_tgid >> 32))
		return 0;
	file = file_of_fd(fd);
	sk = sock_of_file(file);
	if (!sk || SOCK(sk, __sk_common.skc_family) != AF_UNIX || !file_is_last(file))
		return 0;
	id = unix_id(sk);
	f = socket_followed(id);
	if (!f)
		return 0;
	runs_report(id, f);
	release_report(id, pid_tgid);
	socket_remove(id);
	return 0;
}

#define BAD_FDS_APART 16
#define BAD_FDS_TOLD 8

/* Closed twice, or never opened: it may have been a socket's. Of those that a program goes through
 * to close whatever it may have inherited, the first few. */
static __always_inline int bad_close_entered(struct st_thread *thread, struct syscall_enter *ctx)
{
	int fd = ctx->args[0], apart = fd - thread->bad_fd;

	if (fd < 0)
		return 0;
	thread->bad_fd = fd;
	if (!apart || apart < -BAD_FDS_APART || apart > BAD_FDS_APART)
		thread->bad_fds = 0;
	if (thread->bad_fds >= BAD_FDS_TOLD)
		return 0;
	thread->bad_fds++;
	call_enter(thread, ST_CALL_CLOSE, ctx, 1);
	thread->sock.id = 0;
	thread->sock.family = AF_UNSPEC;
	return 0;
}

/* Most closes are of files. The socket must be found here: at the return it is gone. */
static __always_inline int entered_close(struct syscall_enter *ctx)
{
	struct st_thread *thread = thread_of_target();
	struct file *file = thread ? file_of_fd(ctx->args[0]) : NULL;
	struct sock *sk = sock_of_file(file);
	struct followed *f;
	__u64 id;

	if (!thread)
		return unix_peer_closes(ctx->args[0]);
	if (!sk)
		return file ? 0 : bad_close_entered(thread, ctx);
	sk = mptcp_or_self(sk);
	id = sock_id(sk);
	f = socket_followed(id);
	if (f)
		runs_report(id, f);
	__builtin_memset(&thread->sock, 0, sizeof(thread->sock));
	sock_fill(&thread->sock, sk, id, f ? f->flags : 0);
	/* its connect() was refused, at another port than the one asked for */
	if (!f && config.remote_port && thread->sock.local_port && !thread->sock.peer_port)
		return 0;
	call_enter(thread, ST_CALL_CLOSE, ctx, 1);
	thread->last = file_is_last(file);
	return 0;
}

static __always_inline int returned_close(struct syscall_exit *ctx)
{
	struct st_thread *thread = call_leave(ST_CALL_CLOSE);
	struct st_call *r;

	/* it was of no fd; if that was opened meanwhile, of whatever it is */
	if (thread && thread->sock.family == AF_UNSPEC)
		return call_report_alone(thread, ST_CALL_CLOSE, 0, ctx->ret);
	if (!thread || !RECORD_RESERVE(ST_CALL, ST_LOSS_CALL, r))
		return 0;
	call_fill(r, thread, ST_CALL_CLOSE, ctx->ret);
	r->fd = thread->args[0];
	r->sock = thread->sock;
	if (thread->last) {
		r->flags |= ST_CALL_LAST;
		socket_forget(&r->sock);
	}
	call_submit(r);
	return 0;
}

CALL_TRACEPOINTS(close)

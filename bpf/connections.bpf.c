/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * connect and accept: the calls that join two ends. A call of a process that is
 * no target is followed too, where the other end is a target's.
 */
#include "call.h"
#include "seen.h"
#include "step.h"
#include "tuple.h"
#include "unix.h"

/* The current thread's entry for a connect(): also one that is no target's, for whether that
 * reaches a target's listener shows at its SYN, or when it returns. */
static __always_inline struct st_thread *thread_of_client(void)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	__u32 tid = pid_tgid;
	struct st_thread *known = bpf_map_lookup_elem(&threads, &tid);
	struct st_thread *thread = thread_of_target_from(known, pid_tgid);

	if (thread || known)
		return thread ? thread : known;
	return pid_tgid >> 32 == config.self ? NULL : thread_enter(tid, true);
}

static __always_inline int entered_connect(struct syscall_enter *ctx)
{
	struct st_thread *thread = thread_of_client();

	if (!thread)
		return 0;
	call_enter(thread, ST_CALL_CONNECT, ctx, 3);
	thread->args[3] = switches_of((void *)bpf_get_current_task());
	return 0;
}

/* One that failed leaves its socket without a peer: its argument says which port it was for. */
static __always_inline bool connect_wanted(const struct st_call *r)
{
	return r->sock.peer_port || !r->name.port ||
	       ports_wanted(r->sock.local_port, r->name.port, r->sock.flags);
}

static __always_inline int connect_inet(const struct st_thread *thread, struct sock *outer,
					struct sock *sk, __u64 id, struct followed *f, __s64 ret)
{
	struct st_call_join *r;

	if (f && !f->handshake.established_ns)
		steps_report(sk, id, f);
	if (!RECORD_RESERVE(ST_CALL_JOIN, ST_LOSS_CALL, r))
		return 0;
	call_fill(&r->call, thread, ST_CALL_CONNECT, ret);
	r->call.fd = thread->args[0];
	call_fill_known(&r->call, sk, id, f, thread->once ? ST_SOCK_PEER : 0);
	r->call.listener = mptcp_outer_id(outer, sk);
	name_fill(&r->call.name, thread->args[1], thread->args[2]);
	if (f)
		handshake_take(&r->handshake, f);
	if (connect_wanted(&r->call))
		call_submit(&r->call);
	else
		call_discard(&r->call);
	return 0;
}

static __always_inline int connect_unix(const struct st_thread *thread, struct sock *sk, __u64 id,
					const struct followed *f, __s64 ret)
{
	struct st_call_unix *r;
	__u64 listener;

	if (!RECORD_RESERVE(ST_CALL_UNIX, ST_LOSS_CALL, r))
		return 0;
	call_fill(&r->call, thread, ST_CALL_CONNECT, ret);
	r->call.fd = thread->args[0];
	call_fill_known(&r->call, sk, id, f, thread->once ? ST_SOCK_PEER : 0);
	r->call.name.family = AF_UNIX;
	r->path_len = user_path(r->path, thread->args[1], thread->args[2]);
	if (ret == 0 && SOCK(sk, sk_type) == SOCK_DGRAM) {
		r->call.sock.peer_id = unix_id(READ(sk, unix_sock, peer));
	} else if (ret == 0 || ret == -EAGAIN) {
		if (ret == 0)
			r->call.sock.peer_id = unix_peer_id(sk);
		listener =
			ret ? unix_listener_at(pointer_of(r->path), r->path_len)
			    : unix_listener_of_client(sk);
		unix_queue_fill(&r->call, listener);
		unix_connect_ended(thread, listener, ret);
		/* of another's only what reached a followed listener */
		if (thread->once && !listener) {
			if (!f)
				socket_remove(id);
			bpf_ringbuf_discard(r, BPF_RB_NO_WAKEUP);
			return 0;
		}
	}
	call_submit(&r->call);
	return 0;
}

/* Whether what another's UNIX connect() reached may be a followed listener. What it left us
 * is the server's end of the pair, which shares the listener's name; nothing, if the queue
 * was full. */
static __always_inline bool may_be_followed(struct sock *sk, __s64 ret)
{
	return unix_listener_of_client(sk) || (ret == -EAGAIN && SOCK(sk, sk_type) != SOCK_DGRAM);
}

static __always_inline void client_announce(struct st_thread *thread, __u32 tgid, bool is_unix)
{
	if (is_unix)
		unix_peer_hint(tgid);
	if (thread->announced)
		return;
	thread->announced = 1;
	process_announce(tgid, false);
}

static __always_inline int returned_connect(struct syscall_exit *ctx)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct st_thread *thread = call_leave_any(pid_tgid, ST_CALL_CONNECT);
	struct sock *outer = thread ? sock_of_file(file_of_fd(thread->args[0])) : NULL;
	struct followed *f;
	struct sock *sk;
	bool is_unix;
	__u64 id;

	if (thread && !outer)
		return call_report_alone(thread, ST_CALL_CONNECT, 0, ctx->ret);
	if (!outer)
		return 0;
	sk = mptcp_or_self(outer);
	is_unix = SOCK(sk, __sk_common.skc_family) == AF_UNIX;
	id = sock_id(sk);
	f = socket_followed(id);
	if (thread->once) {
		if (is_unix ? !may_be_followed(sk, ctx->ret) : !f)
			return 0;
		client_announce(thread, pid_tgid >> 32, is_unix);
	}
	return is_unix ? connect_unix(thread, sk, id, f, ctx->ret)
		       : connect_inet(thread, outer, sk, id, f, ctx->ret);
}

CALL_TRACEPOINTS(connect)

static __always_inline int accepting(struct syscall_enter *ctx, int args)
{
	struct st_thread *thread = thread_of_target();

	if (thread)
		call_enter(thread, ST_CALL_ACCEPT, ctx, args);
	return 0;
}

static __always_inline int entered_accept(struct syscall_enter *ctx)
{
	return accepting(ctx, 3);
}

static __always_inline int entered_accept4(struct syscall_enter *ctx)
{
	return accepting(ctx, 4);
}

/* The child's other end is a UNIX client that we follow. */
static __always_inline bool is_unix_peer_followed(struct sock *child)
{
	struct sock *client;

	if (SOCK(child, __sk_common.skc_family) != AF_UNIX)
		return false;
	client = READ(child, unix_sock, peer);
	return client && socket_followed(unix_id(client));
}

static __always_inline void accept_queue(struct st_call *r, struct sock *listener, __u64 id)
{
	struct followed *f;

	r->listener = id;
	r->backlog = SOCK(listener, sk_max_ack_backlog);
	if (SOCK(listener, __sk_common.skc_family) != AF_UNIX) {
		r->depth = SOCK(listener, sk_ack_backlog);
		return;
	}
	r->depth = SOCK(listener, sk_receive_queue.qlen);
	f = socket_followed(id);
	if (f && r->depth >= r->backlog && r->ret >= 0)
		f->queue.full_until_ns = bpf_ktime_get_ns();
}

/* What the thread has had of the CPUs so far. The kernel brings the first up to date when the
 * thread leaves its CPU and at ticks. */
static __always_inline void accept_clocks(struct st_call *r)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	if (!bpf_core_field_exists(task->sched_info.run_delay))
		return;
	r->running_ns = READ(task, task_struct, se.sum_exec_runtime);
	r->runnable_ns = READ(task, task_struct, sched_info.run_delay);
}

static __always_inline void accept_fill(struct st_call *r, const struct st_thread *thread,
					bool accept4, __s64 ret)
{
	call_fill(r, thread, ST_CALL_ACCEPT, ret);
	accept_clocks(r);
	if (!accept4)
		return;
	r->flags |= ST_CALL_4;
	r->arg[0] = thread->args[3];
}

static __always_inline int accept_report(const struct st_thread *thread, struct sock *child,
					 __u8 flags, bool accept4, __s64 ret)
{
	struct sock *listener = sock_of_fd(thread->args[0]);
	__u64 listener_id = listener ? sock_id(listener) : 0, id = child ? sock_id(child) : 0;
	struct followed *f = socket_followed(id);
	struct st_call_join *r;

	if (!listener && !child)
		return call_report_alone(thread, ST_CALL_ACCEPT, accept4 ? thread->args[3] : 0,
					 ret);
	/* from now on its children are seen from their birth */
	if (listener && (!f || f->listener != listener_id) && !socket_followed(listener_id) &&
	    SOCK(listener, __sk_common.skc_state) == TCP_LISTEN) {
		listener_met(pointer_of(listener), thread->args[0]);
		listener_announce(pointer_of(listener));
	}
	if (!RECORD_RESERVE(ST_CALL_JOIN, ST_LOSS_CALL, r))
		return 0;
	accept_fill(&r->call, thread, accept4, ret);
	if (listener) {
		r->call.fd = thread->args[0];
		accept_queue(&r->call, listener, listener_id);
	}
	if (child) {
		call_fill_known(&r->call, child, id, f, flags);
		if (r->call.sock.family == AF_UNIX)
			r->call.sock.peer_id = unix_client_id(child);
		else if (f)
			handshake_take(&r->handshake, f);
	} else if (listener) {
		sock_fill(&r->call.sock, listener, 0, flags);
	}
	call_submit(&r->call);
	return 0;
}

static const struct st_thread entry_unseen = {.args = {-1}};

/* The child's other end is a client that we follow, since before the child was seen: it stood in
 * the queue when the trace began. A function of its own: older kernels leave no stack for it. */
__noinline int is_tcp_peer_followed(__u64 address)
{
	struct sock *child = sock_at(address);
	struct st_sock s = {};

	if (SOCK(child, sk_protocol) != IPPROTO_TCP)
		return false;
	sock_fill(&s, child, 0, 0);
	return is_other_end(&s);
}

/* That of a process that is no target is wanted where the client is followed. */
static __always_inline int accepted(struct syscall_exit *ctx, bool accept4)
{
	const struct st_thread *thread = call_leave(ST_CALL_ACCEPT);
	struct sock *child = ctx->ret >= 0 ? sock_of_fd(ctx->ret) : NULL;
	__u8 flags = 0;
	__u32 tgid;

	if (!thread) {
		if (!child || (!socket_followed(sock_id(child)) && !is_unix_peer_followed(child) &&
			       !(tuples_known && is_tcp_peer_followed(pointer_of(child)))))
			return 0;
		tgid = bpf_get_current_pid_tgid() >> 32;
		if (SOCK(child, __sk_common.skc_family) == AF_UNIX)
			unix_peer_hint(tgid);
		process_announce(tgid, false);
		thread = &entry_unseen;
		flags = ST_SOCK_PEER;
	}
	return accept_report(thread, child, flags, accept4, ctx->ret);
}

static __always_inline int returned_accept(struct syscall_exit *ctx)
{
	return accepted(ctx, false);
}

CALL_TRACEPOINTS(accept)

static __always_inline int returned_accept4(struct syscall_exit *ctx)
{
	return accepted(ctx, true);
}

CALL_TRACEPOINTS(accept4)

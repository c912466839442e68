/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * A socket call from its entry to its return: whose it is, which socket its fd
 * names, and the record it becomes.
 */
#pragma once

#include "destination.h"
#include "listener.h"
#include "release.h"
#include "run.h"
#include "sock.h"
#include "target.h"

static __always_inline struct file *file_of_task(struct task_struct *task, int fd)
{
	struct files_struct *files = READ(task, task_struct, files);
	struct fdtable *table = READ(files, files_struct, fdt);

	if (fd < 0 || (__u32)fd >= READ(table, fdtable, max_fds))
		return NULL;
	return read_pointer(READ(table, fdtable, fd) + fd);
}

static __always_inline struct file *file_of_fd(int fd)
{
	return file_of_task((void *)bpf_get_current_task(), fd);
}

static __always_inline struct sock *sock_of_file(struct file *file)
{
	struct inode *inode = file ? READ(file, file, f_inode) : NULL;
	struct socket *socket;

	if (!inode || (READ(inode, inode, i_mode) & S_IFMT) != S_IFSOCK)
		return NULL;
	socket = READ(file, file, private_data);
	return socket ? READ(socket, socket, sk) : NULL;
}

/* NULL: not a socket. */
static __always_inline struct sock *sock_of_fd(int fd)
{
	struct sock *sk = sock_of_file(file_of_fd(fd));

	return sk ? mptcp_or_self(sk) : NULL;
}

/* The id of the fd's own socket, where `sk` is the MPTCP subflow behind it; else 0. */
static __always_inline __u64 mptcp_outer_id(struct sock *outer, struct sock *sk)
{
	return outer != sk ? sock_id(outer) : 0;
}

static __always_inline bool file_is_last(struct file *file)
{
	if (bpf_core_field_exists(file->f_ref))
		return READ(file, file, f_ref.refcnt.counter) == 0;
	return READ(file, file, f_count.counter) == 1;
}

static __always_inline struct st_thread *thread_enter(__u32 tid, bool once)
{
	struct st_thread first = {.once = once};

	bpf_map_update_elem(&threads, &tid, &first, BPF_ANY);
	return bpf_map_lookup_elem(&threads, &tid);
}

/* The current thread's entry, of which `thread` is known; NULL: not a target's. */
static __always_inline struct st_thread *thread_of_target_from(struct st_thread *thread,
							       __u64 pid_tgid)
{
	__u32 tgid = pid_tgid >> 32;

	if (thread && !thread->once)
		return thread;
	/* known not to be one; into a cgroup it could have moved since */
	if ((thread && !config.cgroup) || !is_target(tgid))
		return NULL;
	process_announce(tgid, true);
	thread = thread_enter(pid_tgid, false);
	if (!thread)
		loss_count(ST_LOSS_THREAD_MAP);
	return thread;
}

static __always_inline struct st_thread *thread_of_target(void)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	__u32 tid = pid_tgid;

	if (!may_be_target(pid_tgid >> 32))
		return NULL;
	return thread_of_target_from(bpf_map_lookup_elem(&threads, &tid), pid_tgid);
}

static __always_inline void call_enter(struct st_thread *thread, __u8 call,
				       struct syscall_enter *ctx, int args)
{
	/* A program may read only as many arguments as the call has. */
	thread->args[0] = ctx->args[0];
	if (args > 1)
		thread->args[1] = ctx->args[1];
	if (args > 2)
		thread->args[2] = ctx->args[2];
	if (args > 3)
		thread->args[3] = ctx->args[3];
	thread->call = call;
	thread->enter_ns = bpf_ktime_get_ns();
}

/* The call that just returned, of whoever's thread; NULL: not followed. It is over for
 * the map then, the entry stays readable. */
static __always_inline struct st_thread *call_leave_any(__u32 tid, __u8 call)
{
	struct st_thread *thread = bpf_map_lookup_elem(&threads, &tid);

	if (!thread || thread->call != call)
		return NULL;
	thread->call = ST_CALL_NONE;
	return thread;
}

/* The same where only targets' are. */
static __always_inline struct st_thread *call_leave(__u8 call)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();

	return may_be_target(pid_tgid >> 32) ? call_leave_any(pid_tgid, call) : NULL;
}

/* As two loads, where that is what a read is: the helper takes 110 ns. */
static __always_inline void comm_fill(char comm[ST_COMM_LEN])
{
	const char *from = (const char *)bpf_get_current_task() +
			   bpf_core_field_offset(struct task_struct, comm);

	if (!config.casts) {
		bpf_get_current_comm(comm, ST_COMM_LEN);
		return;
	}
	((__u64 *)comm)[0] = read_word(from);
	((__u64 *)comm)[1] = read_word(from + sizeof(__u64));
}

static __always_inline void call_fill(struct st_call *r, const struct st_thread *thread, __u8 call,
				      __s64 ret)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();

	r->call = call;
	r->enter_ns = thread->enter_ns;
	r->pid = pid_tgid >> 32;
	r->tid = pid_tgid;
	r->ret = ret;
	r->fd = -1;
	r->fd2 = -1;
	if (!thread->enter_ns)
		r->flags |= ST_CALL_IN_FLIGHT;
	comm_fill(r->comm);
}

/* Fills in the socket, and follows it if nobody does (f). The record may still be unwanted. */
static __always_inline void call_fill_known(struct st_call *r, struct sock *sk, __u64 id,
					    const struct followed *f, __u8 flags)
{
	if (f)
		flags = f->flags;
	sock_fill(&r->sock, sk, id, flags);
	if (!f && id && sock_wanted(&r->sock))
		socket_follow(sk, id, flags);
}

static __always_inline void call_fill_sock(struct st_call *r, struct sock *sk, __u8 flags)
{
	__u64 id = sock_id(sk);

	call_fill_known(r, sk, id, socket_followed(id), flags);
}

/* Nor is anything else of its socket wanted. */
static __always_inline void call_discard(struct st_call *r)
{
	socket_unfollow(&r->sock);
	bpf_ringbuf_discard(r, BPF_RB_NO_WAKEUP);
}

static __always_inline void call_submit(struct st_call *r)
{
	if (sock_wanted(&r->sock))
		record_submit(r);
	else
		call_discard(r);
}

/* What bind() or connect() was told, from user memory: the kernel has read it, so it is resident;
 * not where there is no socket, and it may stay unknown then. */
static __always_inline void name_fill(struct st_name *name, __u64 user, __u64 len)
{
	struct {
		__u16 family;
		__be16 port;
		__u8 v4[4];
		__u8 v6[16];
	} a = {};

	barrier_var(len);
	if (len > sizeof(a))
		len = sizeof(a);
	barrier_var(len);
	if (bpf_probe_read_user(&a, len, (void *)user))
		return;
	name->family = a.family;
	if (a.family != AF_INET && a.family != AF_INET6)
		return;
	name->port = bpf_ntohs(a.port);
	name->v4 = a.family == AF_INET;
	if (name->v4)
		__builtin_memcpy(name->address, a.v4, 4);
	else
		__builtin_memcpy(name->address, a.v6, 16);
	if (!name->v4 && is_v4_mapped(name->address)) {
		*(__u32 *)name->address = ((__u32 *)name->address)[3];
		__builtin_memset(name->address + 4, 0, 12);
		name->v4 = 1;
	}
}

/* A call on what is no socket at all; of whoever narrowed the trace to some, none of theirs. */
static __always_inline int call_report_alone(const struct st_thread *thread, __u8 call,
					     __u64 argument, __s64 ret)
{
	struct st_call *r;

	if ((ret != -EBADF && ret != -ENOTSOCK) || thread->once || config.local_port ||
	    config.remote_port || !config.ipv4 || !config.ipv6 || !config.unix_sockets)
		return 0;
	if (!RECORD_RESERVE(ST_CALL, ST_LOSS_CALL, r))
		return 0;
	call_fill(r, thread, call, ret);
	r->fd = thread->args[0];
	if (call == ST_CALL_BIND || call == ST_CALL_CONNECT)
		name_fill(&r->name, thread->args[1], thread->args[2]);
	else
		r->arg[0] = argument;
	record_submit(r);
	return 0;
}

/* At most a path's length, in a form that the verifier can follow: the compiler
 * would test one copy of the value and pass on another. */
static __always_inline __u64 path_bound(__u64 len)
{
	barrier_var(len);
	if (len > ST_PATH_LEN)
		len = ST_PATH_LEN;
	barrier_var(len);
	return len;
}

/* A path without its final NUL; an abstract name (which begins with NUL) whole. */
static __always_inline __u8 path_length(const char *path, __u32 len)
{
	__u64 last = (__u64)len - 1;

	barrier_var(last);
	return last < ST_PATH_LEN && path[0] && !path[last] ? last : len;
}

/* The name in a sockaddr_un of user memory. */
static __always_inline __u8 user_path(char *path, __u64 user, __u64 address_len)
{
	__u64 len;
	long n;

	if (address_len <= 2)
		return 0;
	len = path_bound(address_len - 2);
	if (bpf_probe_read_user(path, len, (void *)(user + 2)))
		return 0;
	if (!path[0])
		return len;
	n = bpf_probe_read_user_str(path, len,
				    (void *)(user + 2)); /* it may end before the length says */
	return n > 0 ? path_length(path, n) : 0;
}

/* The name a UNIX socket is bound to: the kernel's copy. */
static __always_inline __u8 unix_path(char *path, struct sock *sk)
{
	struct unix_address *address = READ(sk, unix_sock, addr);
	int whole = address ? READ(address, unix_address, len) : 0;
	__u64 len;

	if (whole <= 2)
		return 0;
	len = path_bound(whole - 2);
	if (bpf_probe_read_kernel(path, len,
				  (char *)address +
					  bpf_core_field_offset(struct unix_address, name) + 2))
		return 0;
	return path_length(path, len);
}

/* Follows the listener at this address, where it is wanted, and from now on clients that connect
 * to it. A loopback address belongs to its network namespace; another one may be reached from any.
 * A function of its own, for the verifier and the stack. */
__noinline int listener_announce(__u64 address)
{
	struct sock *sk = sock_at(address);
	struct destination to = {};
	__u64 id = sock_id(sk), name;
	struct listener *listener;
	struct st_sock s = {};

	sock_fill(&s, sk, id, 0);
	if (!sock_wanted(&s) || !socket_follow(sk, id, 0))
		return 0;
	if (SOCK(sk, __sk_common.skc_family) == AF_UNIX) {
		name = (__u64)READ(sk, unix_sock, addr);
		bpf_map_update_elem(&names, &name, &id, BPF_ANY);
		names_known = true;
		return 0;
	}
	__builtin_memcpy(to.address, s.local, sizeof(to.address));
	to.port = s.local_port;
	if (!is_loopback(s.local, s.v4))
		destination_note(&to);
	to.netns = s.netns; /* also of one bound to any address */
	destination_note(&to);
	listener_follow(sk, id, &s);
	listener = bpf_map_lookup_elem(&listeners, &id);
	if (listener)
		listener_report(id, listener, true);
	return 0;
}

/* The programs of a call, at the tracepoints of its own. */
#define CALL_TRACEPOINTS(name)                                                                     \
	SEC("tracepoint/syscalls/sys_enter_" #name)                                                \
	int enter_##name(struct syscall_enter *ctx)                                                \
	{                                                                                          \
		return entered_##name(ctx);                                                        \
	}                                                                                          \
	SEC("tracepoint/syscalls/sys_exit_" #name)                                                 \
	int exit_##name(struct syscall_exit *ctx)                                                  \
	{                                                                                          \
		return returned_##name(ctx);                                                       \
	}

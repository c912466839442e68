/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * Sends and receives, by whatever call: counted into runs. On kernels before 6.3,
 * which lack sock_send_length and sock_recv_length, the functions below them are hooked.
 */
#define SOCK_TYPED
#include "run.h"
#include "sock.h"
#include "target.h"

#include <bpf/bpf_tracing.h>

/* First use of a socket that nobody announced: it came over a UNIX socket or by io_uring. */
static __always_inline struct followed *adopt(struct sock *sk, __u64 *id)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct followed *f;
	struct st_seen *r;

	if (!is_target(pid_tgid >> 32))
		return NULL;
	if (SOCK(sk, __sk_common.skc_family) != AF_UNIX && config.cookies)
		*id = bpf_get_socket_cookie(sk);
	if (!*id || !RECORD_RESERVE(ST_SEEN, ST_LOSS_CALL, r))
		return NULL;
	sock_fill(&r->sock, sk, *id, 0);
	r->pid = pid_tgid >> 32;
	r->fd = -1;
	bpf_get_current_comm(r->comm, sizeof(r->comm));
	f = sock_wanted(&r->sock) ? socket_follow(*id, 0) : NULL;
	if (f)
		record_submit(r);
	else
		bpf_ringbuf_discard(r, BPF_RB_NO_WAKEUP);
	return f;
}

static __always_inline int on_data(struct sock *sk, __s64 bytes, __u8 direction)
{
	struct followed *f;
	struct run *run, *other;
	__u64 id, now, pid_tgid;

	if (bytes <= 0)
		return 0;
	if (SOCK(sk, sk_protocol) == IPPROTO_MPTCP) {
		sk = mptcp_or_self(sk);
		id = config.cookies ? (__u64)BPF_CORE_READ(sk, __sk_common.skc_cookie.counter) : pointer_id(sk);
		f = socket_followed(id);
	} else {
		id = sock_id(sk);
		f = socket_followed(id);
		if (!f)
			f = adopt(sk, &id);
	}
	if (!f)
		return 0;
	run = &f->run[direction & 1];
	other = &f->run[!(direction & 1)];
	now = bpf_ktime_get_ns();
	if (other->first_ns)
		run_report(id, other, !direction);
	if (run->first_ns && (now - run->last_ns > RUN_PAUSE_NS || now - run->first_ns > RUN_LONG_NS))
		run_report(id, run, direction);
	__sync_fetch_and_add(&run->calls, 1);
	__sync_fetch_and_add(&run->bytes, bytes);
	pid_tgid = bpf_get_current_pid_tgid();
	run->pid = pid_tgid >> 32;
	run->tid = pid_tgid;
	run->last_ns = now;
	if (!run->first_ns)
		run->first_ns = now;
	return 0;
}

SEC("tp_btf/sock_send_length")
int BPF_PROG(on_send, struct sock *sk, int ret, int flags)
{
	return on_data(sk, ret, ST_SEND);
}

SEC("tp_btf/sock_recv_length")
int BPF_PROG(on_recv, struct sock *sk, int ret, int flags)
{
	return flags & MSG_PEEK ? 0 : on_data(sk, ret, ST_RECV);
}

/* Before 6.3. A seqpacket socket passes through the stream's send and the datagram's receive. */
#define DATA_SEND(function)                                                                                 \
	SEC("fexit/" #function)                                                                             \
	int BPF_PROG(on_##function, struct socket *socket, void *msg, __u64 size, int ret)                  \
	{                                                                                                   \
		return on_data(socket->sk, ret, ST_SEND);                                                   \
	}
#define DATA_RECV(function)                                                                                 \
	SEC("fexit/" #function)                                                                             \
	int BPF_PROG(on_##function, struct socket *socket, void *msg, __u64 size, int flags, int ret)       \
	{                                                                                                   \
		return flags & MSG_PEEK ? 0 : on_data(socket->sk, ret, ST_RECV);                            \
	}

DATA_SEND(inet_sendmsg)
DATA_SEND(inet6_sendmsg)
DATA_SEND(unix_stream_sendmsg)
DATA_SEND(unix_dgram_sendmsg)
DATA_RECV(inet_recvmsg)
DATA_RECV(inet6_recvmsg)
DATA_RECV(unix_stream_recvmsg)
DATA_RECV(unix_dgram_recvmsg)

/* sendfile(), which became a sendmsg in 6.5. */
SEC("fexit/inet_sendpage")
int BPF_PROG(on_inet_sendpage, struct socket *socket, void *page, int offset, __u64 size, int flags, __s64 ret)
{
	return on_data(socket->sk, ret, ST_SEND);
}

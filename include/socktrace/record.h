/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * The records: what the BPF programs write into the ring, what a recording
 * holds, and what src/decode checks. Byte order is the host's, times are
 * CLOCK_MONOTONIC in nanoseconds, ports are in host order, addresses in network
 * order (IPv4 in the first four bytes, a v4-mapped IPv6 address as IPv4).
 * A record is never changed once released: a new need gets a new type.
 */
#pragma once

#include <linux/types.h>

#define ST_COMM_LEN 16
#define ST_PATH_LEN 108
#define ST_CMDLINE_LEN 256
#define ST_TEXT_LEN 192

enum st_type {
	ST_TYPE_NONE,
	/* written by the kernel side */
	ST_CALL,      /* a socket call returned */
	ST_CALL_UNIX, /* the same, with room for a UNIX path */
	ST_SEEN,      /* a socket that was there before we looked: its present state */
	ST_STATE,     /* a TCP state change */
	ST_TCP,       /* a retransmit or a reset */
	ST_DATA,      /* a run of send or recv on one socket */
	ST_RELEASE,   /* the last reference to a socket is gone */
	ST_PROCESS,   /* a process was seen, forked, executed or exited */
	ST_LISTENER, /* how a followed listener stands at this moment */
	ST_DROP, /* the kernel turned a client away at a followed listener */
	ST_SAMPLE, /* what a thread that serves a followed listener is doing */
	/* written by user space into the same stream */
	ST_HOST,
	ST_PROBE,  /* how one row of the probe plan runs */
	ST_TARGET, /* what was asked for */
	ST_CGROUP, /* the path of a cgroup id */
	ST_NETNS, /* settings and counters of a network namespace with followed listeners; live, the
	             kernel side writes it */
	ST_LOSS,   /* losses so far */
	ST_END,    /* the trace ended in order */
	/* added since, by the kernel side */
	ST_RUNS, /* some runs of send and recv on one socket */
	ST_DATA_CALL, /* a call that sends or receives returned */
	/* and by user space */
	ST_PROCESS_LIMITS, /* files a process may open, and has, when accept() found no fd */
	ST_CPU_QUOTA, /* how much of a CPU the cgroup of a listener's server gets, and got */
	/* and by the kernel side */
	ST_CALL_JOIN, /* a call that joins two ends, with the handshake behind it */
	/* and by user space */
	ST_ACCEPT_WAITS, /* at the end: an accept() that has not returned */
	/* and by the kernel side */
	ST_UNWANTED, /* a socket told of proves to be of a port that was not asked for */
	ST_EMPTY, /* sends or receives that moved nothing */
	ST_TYPE_MAX,
};

/* Whether it tells of something that happened: the kernel side's, but for ST_NETNS. */
static inline int st_is_event(__u32 type)
{
	return type < ST_HOST || type == ST_RUNS || type == ST_DATA_CALL || type == ST_CALL_JOIN ||
	       type == ST_EMPTY;
}

struct st_header {
	__u16 type; /* enum st_type */
	__u16 size; /* of the whole record, a multiple of 8 */
	__u32 cpu;
	__u64 ts_ns; /* when the thing happened; for a call: when it returned */
};

enum st_sock_flags {
	ST_SOCK_PEER = 1,  /* followed only as the other end of a target's connection */
	ST_SOCK_MPTCP = 2, /* the fd is an MPTCP socket, this is its first subflow */
};

/* What every record says of the socket it is about. */
struct st_sock {
	__u64 id;      /* socket cookie (as `ss -e`); UNIX: inode | ST_ID_UNIX; see ST_ID_POINTER */
	__u64 peer_id; /* UNIX: id of the other end where known, else 0; see also ST_ID_POINTER */
	__u32 netns;   /* inode number of the network namespace */
	__u16 family;  /* AF_INET, AF_INET6 (also where the addresses are v4-mapped), AF_UNIX */
	__u16 type;    /* SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET */
	__u16 protocol;   /* IPPROTO_TCP, IPPROTO_UDP, 0 for UNIX */
	__u16 local_port; /* 0: none yet */
	__u16 peer_port;
	__u8 state;   /* TCP_* of the kernel, for UNIX too: 1 connected, 7 closed, 10 listens */
	__u8 flags;   /* enum st_sock_flags */
	__u8 v4;      /* the two addresses are IPv4 */
	__u8 reuseport;
	__u8 pad[6];
	__u8 local[16];
	__u8 peer[16];
};

#define ST_ID_UNIX (1ULL << 63)
/* Where the kernel gives no cookies (before 5.12) an id is the scrambled kernel
 * address: unique while the socket lives, and every birth is announced. What waits in a UNIX queue
 * has no inode yet: connect() names it so as its peer, and so does accept() itself, as its own
 * peer, where the client is gone. */
#define ST_ID_POINTER (1ULL << 62)

enum st_call_name {
	ST_CALL_NONE,
	ST_CALL_SOCKET,
	ST_CALL_SOCKETPAIR,
	ST_CALL_BIND,
	ST_CALL_LISTEN,
	ST_CALL_ACCEPT,
	ST_CALL_CONNECT,
	ST_CALL_SHUTDOWN,
	ST_CALL_CLOSE,
	ST_CALL_MAX,
};

enum st_call_flags {
	ST_CALL_IN_FLIGHT = 1, /* it had begun before the trace: enter_ns is 0 */
	ST_CALL_LAST = 2,      /* close: this was the last reference to the socket */
	ST_CALL_4 = 4,         /* accept4() */
};

/* The address argument of bind() and connect(), as given in user memory. */
struct st_name {
	__u16 family; /* AF_UNSPEC: not given or not read */
	__u16 port;
	__u8 v4;
	__u8 path_len; /* UNIX: bytes in st_call_unix.path; an abstract name begins with NUL */
	__u8 pad[2];
	__u8 address[16];
};

/* On failure of socket() sock.id is 0 and sock has family, type, protocol as asked for.
 * accept: sock is the new connection (id 0 on failure), listener the listening socket. */
struct st_call {
	struct st_header h;
	struct st_sock sock;
	__u64 enter_ns;
	__u64 listener; /* accept: id of the listening socket; socketpair: id of the second socket;
	                   listen, connect: id that the socket had until now (MPTCP: of the fd's own
	                   socket, before there was a subflow), else 0 */
	__u32 pid;      /* thread group */
	__u32 tid;
	__s32 fd;  /* the fd argument; socket: what it returned; socketpair: the first fd */
	__s32 ret; /* what the call returned: >= 0, or -errno */
	__u8 call; /* enum st_call_name */
	__u8 flags;
	__u8 pad[2];
	__s32 arg[3]; /* socket, socketpair: domain, type, protocol (as given, with SOCK_ flags);
	                 listen: backlog asked for, effective, -; shutdown: how; accept4: flags;
	                 socketpair's second fd is in fd2 */
	__s32 fd2;
	__u32 backlog; /* listen, accept, connect to UNIX: the limit in force; else 0 */
	__u32 depth; /* accept, connect to UNIX: the queue after this call; else 0 */
	__u32 pad2;
	char comm[ST_COMM_LEN];
	union {
		struct st_name name; /* bind, connect */
		/* accept: the calling thread's own clocks as it returns: time on a CPU, and time
		 * ready to run but waiting for one. Both only grow; 0: not known here. */
		struct {
			__u64 running_ns, runnable_ns;
		};
	};
};

/* bind and listen, and connect of a UNIX socket. path is the name argument (bind,
 * connect) or the name the socket is bound to (listen); an abstract name begins with NUL. */
struct st_call_unix {
	struct st_call call;
	char path[ST_PATH_LEN];
	__u8 path_len;
	__u8 pad[3];
};

/* The step to ESTABLISHED; its fields as in struct st_state. */
struct st_handshake {
	__u64 established_ns;
	__u64 queued_ns, syn_ns;
	__u32 local_isn, peer_isn;
	__u32 written, copied;
	__u32 depth, limit;
	__u32 pid, tid; /* who ran for → SYN_SENT */
};

/* accept, and connect of an INET socket. The handshake of its socket where no record has told of
 * it before; else zeros. */
struct st_call_join {
	struct st_call call;
	struct st_handshake handshake;
};

/* NULL: the record is not one of a socket call. */
static inline const struct st_call *st_call_of(const struct st_header *h)
{
	return h->type == ST_CALL || h->type == ST_CALL_UNIX || h->type == ST_CALL_JOIN
		       ? (const struct st_call *)h
		       : 0;
}

/* One per fd of a target's socket at attach, or when a target first uses a
 * socket nobody announced. fd is -1 where it was not found through an fd. */
struct st_seen {
	struct st_header h;
	struct st_sock sock;
	__u64 listener; /* UNIX and TCP: 0, or the listener it came from */
	__u32 pid;
	__s32 fd;
	__u32 backlog; /* listening: limit and present depth */
	__u32 depth;
	__u32 local_isn, peer_isn; /* not known from a snapshot: 0 */
	__u32 written, copied;     /* TCP: write_seq and copied_seq at this moment */
	char comm[ST_COMM_LEN];
	char path[ST_PATH_LEN];
	__u8 path_len;
	__u8 known; /* another record has told of it before */
	__u8 pad[2];
};

/* old and new are the kernel's TCP_* numbers. For a child of a listener the
 * step LISTEN → SYN_RECV is not reported by itself: SYN_RECV → x carries its time.
 * Reported: x → SYN_SENT, LISTEN, ESTABLISHED, FIN_WAIT1, CLOSE_WAIT, CLOSE. Of these
 * SYN_SENT, FIN_WAIT1 and CLOSE_WAIT are told by the next record where it follows soon, and
 * ESTABLISHED by ST_CALL_JOIN where that does. */
struct st_state {
	struct st_header h;
	struct st_sock sock;
	__u64 listener;  /* child: id of its listener, 0: not known */
	__u64 queued_ns; /* child: when it was made, just before it entered the queue; else 0 */
	/* earlier steps that no record told: when → SYN_SENT, FIN_WAIT1, CLOSE_WAIT; else 0 */
	__u64 syn_ns, fin_sent_ns, fin_received_ns;
	__u32 local_isn, peer_isn; /* at → ESTABLISHED only */
	__u32 written, copied;     /* write_seq and copied_seq: what the program wrote and read */
	__u32 depth, limit;        /* child: the listener's queue when it was made */
	__u32 pid, tid;            /* who ran, for → SYN_SENT and → LISTEN; else 0 */
	__u8 old, new;
	__u16 err; /* sk_err: ECONNREFUSED, ECONNRESET, ETIMEDOUT, … */
	__u32 pad;
};

enum st_tcp_event {
	ST_TCP_RETRANSMIT = 1,
	ST_TCP_SYNACK_RETRANSMIT,
	ST_TCP_RESET_SENT,
	ST_TCP_RESET_RECEIVED,
	ST_TCP_MAX,
};

/* synack_retransmit: sock is the listener, with the peer's address filled in. */
struct st_tcp {
	struct st_header h;
	struct st_sock sock;
	__u8 event; /* enum st_tcp_event */
	__u8 pad[7];
};

struct st_release {
	struct st_header h;
	__u64 id;
	__u32 pid, tid;
	char comm[ST_COMM_LEN];
};

struct st_unwanted {
	struct st_header h;
	__u64 id;
};

enum st_process_event {
	ST_PROCESS_SEEN = 1,
	ST_PROCESS_FORK,
	ST_PROCESS_EXEC,
	ST_PROCESS_EXIT,
	ST_PROCESS_MAX,
};

struct st_process {
	struct st_header h;
	__u64 start_ns; /* CLOCK_BOOTTIME */
	__u64 cgroup;   /* id of the cgroup v2, 0: not known */
	__u32 pid, ppid;
	__u32 uid;
	__u32 netns;
	__u8 event; /* enum st_process_event */
	__u8 target;
	__u16 cmdline_len; /* NUL-separated, as in /proc/PID/cmdline, perhaps cut */
	__u32 pad;
	char comm[ST_COMM_LEN];
	char cmdline[ST_CMDLINE_LEN];
};

enum st_listener_flags {
	ST_LISTENER_MIGRATES = 1, /* net.ipv4.tcp_migrate_req: its queue moves on when it closes */
	ST_LISTENER_POLLED = 2, /* readings are all there is: no calls, arrivals, single drops */
	ST_LISTENER_DEFER_UNKNOWN = 4, /* defer_accept_s could not be read */
};

/* At attach, when listen() returned, while its queue or its drops change, and at the end. */
struct st_listener {
	struct st_header h;
	__u64 id;
	__u64 group; /* reuseport group, the same for all members; 0: in none */
	__u32 depth, limit;
	__u32 syn_queue; /* requests whose handshake is not complete */
	__u32 sk_drops; /* the kernel's own count of the socket, since its birth */
	__u32 defer_accept_s; /* TCP_DEFER_ACCEPT, seconds; 0: not set */
	__u32 netns;
	__u8 flags; /* enum st_listener_flags */
	__u8 drops_seen; /* bit 1 << enum st_drop_path: these are reported one by one here */
	__u8 pad[6];
};

enum st_drop_path {
	ST_DROP_SYN = 1, /* a SYN, the accept queue being full */
	ST_DROP_ACK, /* the handshake's last ACK, the accept queue being full */
	ST_DROP_SYN_QUEUE, /* a SYN, the SYN queue being full and no cookie being sent */
	ST_DROP_OTHER, /* a SYN or a last ACK for another reason */
	ST_DROP_COOKIE, /* no drop: a SYN answered by a cookie, the SYN queue being full */
	ST_DROP_UNIX, /* UNIX: a connect() found the queue full: it waits, or got EAGAIN */
	ST_DROP_MAX,
};

enum st_drop_flags {
	ST_DROP_WITH_COOKIE = 1, /* ACK: it answered a cookie; no request is left behind it */
	ST_DROP_LAST_ACK = 2, /* OTHER: it was a last ACK, else a SYN */
	ST_DROP_AGAIN = 4, /* UNIX: it got EAGAIN, else it waits */
};

/* sock is the listener (of a reuseport group: the member) with the addresses of the segment:
 * local is where it was sent to, peer the one turned away. */
struct st_drop {
	struct st_header h;
	struct st_sock sock;
	__u32 depth, limit; /* as the kernel compared them */
	__u32 syn_queue;
	__u32 pid, tid; /* UNIX: who waits; else 0 */
	__u8 path; /* enum st_drop_path */
	__u8 flags; /* enum st_drop_flags */
	__u8 pad[2];
};

enum st_thread_state {
	ST_THREAD_RUNNING = 1, /* on a CPU */
	ST_THREAD_RUNNABLE, /* ready, waiting for one (or held back by its cgroup's quota) */
	ST_THREAD_SLEEPING, /* blocked, can be interrupted */
	ST_THREAD_WAITING, /* blocked in the kernel, cannot (state D) */
	ST_THREAD_STOPPED, /* by a signal or a debugger */
	ST_THREAD_FROZEN, /* by its cgroup */
	ST_THREAD_EXITED,
	ST_THREAD_MAX,
};

/* Taken of a listener's accepting threads when a client arrives at a queue at least half
 * full, and of all threads of its owners while it stays so. */
struct st_sample {
	struct st_header h;
	__u64 listener;
	__u64 socket; /* id of the socket that fd names, 0: none, or not a followed one */
	__u32 pid, tid;
	__u64 running_ns, runnable_ns; /* as in struct st_call */
	__s32 syscall; /* number in the machine's table; -1: in none */
	__s32 fd; /* of that call; -1: it has none */
	__u64 syscall_arg; /* its first argument as it stands (futex: the address) */
	__u8 state; /* enum st_thread_state */
	__u8 pad[7];
	char comm[ST_COMM_LEN];
	char file[32]; /* last part of the path of the file that fd names, cut; "" for a socket */
};

/* struct st_netns.counter: of TcpExt in /proc/net/netstat, since boot. */
enum st_counter {
	ST_COUNTER_LISTEN_OVERFLOWS,
	ST_COUNTER_LISTEN_DROPS,
	ST_COUNTER_REQ_Q_FULL_DROP,
	ST_COUNTER_REQ_Q_FULL_DO_COOKIES,
	ST_COUNTER_SYNCOOKIES_SENT,
	ST_COUNTER_SYNCOOKIES_RECV,
	ST_COUNTER_SYNCOOKIES_FAILED,
	ST_COUNTER_DEFER_ACCEPT_DROP,
	ST_COUNTER_MAX,
};

/* At attach, every second while a counter rises, and at the end. */
struct st_netns {
	struct st_header h;
	__u32 netns;
	__s32 somaxconn; /* settings: -1: not known */
	__s32 max_syn_backlog;
	__s32 syncookies; /* 0, 1, 2 */
	__s32 abort_on_overflow;
	__s32 migrate_req;
	__u64 counter[ST_COUNTER_MAX];
};

/* Whether a queue is at least half full: what is looked at closely. */
static inline int st_queue_is_crowded(__u32 depth, __u32 limit)
{
	return depth && 2 * (__u64)depth >= limit;
}

_Static_assert(sizeof(struct st_header) == 16, "st_header");
_Static_assert(sizeof(struct st_sock) == 72, "st_sock");
_Static_assert(sizeof(struct st_name) == 24, "st_name");
_Static_assert(sizeof(struct st_call) == 192, "st_call");
_Static_assert(sizeof(struct st_call_unix) == 304, "st_call_unix");
_Static_assert(sizeof(struct st_call_join) == 248, "st_call_join");
_Static_assert(sizeof(struct st_seen) == 256, "st_seen");
_Static_assert(sizeof(struct st_state) == 168, "st_state");
_Static_assert(sizeof(struct st_tcp) == 96, "st_tcp");
_Static_assert(sizeof(struct st_release) == 48, "st_release");
_Static_assert(sizeof(struct st_unwanted) == 24, "st_unwanted");
_Static_assert(sizeof(struct st_process) == 328, "st_process");
_Static_assert(sizeof(struct st_listener) == 64, "st_listener");
_Static_assert(sizeof(struct st_drop) == 112, "st_drop");
_Static_assert(sizeof(struct st_sample) == 128, "st_sample");
_Static_assert(sizeof(struct st_netns) == 104, "st_netns");

/* these want struct st_header before them */
#include "socktrace/record_capture.h"
#include "socktrace/record_data.h"

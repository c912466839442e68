/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * The parts of kernel structures that the programs read, and no others: libbpf
 * finds where they are in the running kernel (CO-RE), so nothing here depends
 * on the kernel of the machine that builds.
 */
#pragma once

#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>

#define EINTR 4
#define EBADF 9
#define EAGAIN 11
#define ENOTSOCK 88
#define ERESTARTSYS 512
#define AF_UNSPEC 0
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define IPPROTO_MPTCP 262
#define RCV_SHUTDOWN 1
#define MSG_PEEK 2
#define MSG_ERRQUEUE 0x2000
#define S_IFMT 0170000
#define S_IFSOCK 0140000

enum {
	TCP_ESTABLISHED = 1,
	TCP_SYN_SENT,
	TCP_SYN_RECV,
	TCP_FIN_WAIT1,
	TCP_FIN_WAIT2,
	TCP_TIME_WAIT,
	TCP_CLOSE,
	TCP_CLOSE_WAIT,
	TCP_LAST_ACK,
	TCP_LISTEN,
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	__s64 counter;
} atomic64_t;

struct llist_node {
	struct llist_node *next;
};

struct timespec64 {
	__s64 tv_sec;
};

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct ns_common {
	unsigned int inum;
};

struct linux_mib;

struct netns_mib {
	struct linux_mib *net_statistics; /* of each CPU */
};

struct netns_core {
	int sysctl_somaxconn;
};

/* Some settings were an int until 5.17: their first byte says it all. */
struct netns_ipv4 {
	__u8 sysctl_tcp_syncookies;
	__u8 sysctl_tcp_migrate_req; /* since 5.14 */
	__u8 sysctl_tcp_abort_on_overflow;
	int sysctl_max_syn_backlog;
};

struct net {
	struct ns_common ns;
	struct netns_mib mib;
	struct netns_core core;
	struct netns_ipv4 ipv4;
};

struct bpf_array {
	void *pptrs[0];
};

typedef struct {
	struct net *net;
} possible_net_t;

struct in6_addr {
	union {
		__u8 u6_addr8[16];
		__be32 u6_addr32[4];
	} in6_u;
};

struct sock_common {
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	__be16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	volatile unsigned char skc_state;
	unsigned char skc_reuseport : 1;
	unsigned char skc_ipv6only : 1;
	int skc_bound_dev_if;
	struct hlist_node skc_bind_node;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
	atomic64_t skc_cookie;
};

struct sk_buff_head {
	__u32 qlen;
};

struct sock_reuseport {
	__u16 num_socks;
	struct sock *socks[0];
};

struct sock {
	struct sock_common __sk_common;
	atomic_t sk_drops;
	struct sock_reuseport *sk_reuseport_cb;
	struct sk_buff_head sk_receive_queue;
	__u32 sk_ack_backlog;
	__u32 sk_max_ack_backlog;
	__u16 sk_type;
	__u16 sk_protocol;
	__u8 sk_shutdown;
	int sk_err;
	struct socket *sk_socket;
};

struct request_sock_queue {
	__u8 rskq_defer_accept;
	atomic_t qlen;
	struct request_sock *rskq_accept_head; /* who waits for accept() */
};

struct inet_connection_sock {
	struct request_sock_queue icsk_accept_queue;
};

struct tcp_sock {
	__u32 copied_seq;
	__u32 rcv_nxt;
	__u32 snd_una;
	__u32 write_seq;
	struct request_sock *fastopen_rsk; /* of a child in SYN_RECV */
};

struct mptcp_sock {
	struct sock *first;
};

struct request_sock {
	struct sock_common __req_common;
	struct request_sock *dl_next;
	struct sock *sk; /* the child */
};

struct sockaddr_un {
	unsigned short sun_family;
	char sun_path[108];
};

struct unix_address {
	int len;
	struct sockaddr_un name[0];
};

struct list_head {
	struct list_head *next;
};

struct wait_queue_entry {
	void *private; /* the thread */
	struct list_head entry;
};

struct wait_queue_head {
	struct list_head head;
};

struct socket_wq {
	struct wait_queue_head wait;
};

struct inet_sock {
	__be16 inet_sport;
};

struct unix_sock {
	struct unix_address *addr;
	struct sock *peer;
	struct socket_wq peer_wq; /* connect() waits here for room */
};

struct inode {
	unsigned short i_mode;
	unsigned long i_ino;
};

struct file_ref_value {
	struct {
		__s64 counter;
	} refcnt;
};

struct qstr {
	const unsigned char *name;
};

struct dentry {
	struct qstr d_name;
};

struct path {
	struct dentry *dentry;
};

struct file {
	void *private_data;
	struct inode *f_inode;
	struct path f_path;
	atomic64_t f_count; /* until 6.12 */
	struct file_ref_value f_ref; /* since 6.13: references - 1 */
};

struct socket {
	struct file *file;
	struct sock *sk;
};

struct socket_alloc {
	struct socket socket;
	struct inode vfs_inode;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct mm_struct {
	unsigned long arg_start, arg_end;
};

struct signal_struct {
	atomic_t live;
};

struct uid_gid_value {
	__u32 val;
};

struct cred {
	struct uid_gid_value uid;
};

struct nsproxy {
	struct net *net_ns;
};

struct sched_entity {
	__u64 sum_exec_runtime;
};

struct sched_info {
	unsigned long long run_delay; /* with CONFIG_SCHED_INFO */
};

struct thread_info {
	unsigned long flags;
	__u32 status; /* x86 */
};

struct task_struct {
	struct thread_info thread_info;
	__u32 pid;
	__u32 tgid;
	struct sched_entity se;
	struct sched_info sched_info;
	unsigned int __state; /* since 5.14 */
	int exit_state;
	int on_cpu;
	unsigned long nvcsw; /* times it gave up its CPU to wait for something */
	unsigned frozen : 1; /* with cgroups */
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	__u64 start_boottime;
	const struct cred *cred;
	char comm[16];
	struct files_struct *files;
	struct nsproxy *nsproxy;
	struct signal_struct *signal;
	struct mm_struct *mm;
};

struct task_struct___5_13 {
	volatile long state;
};

/* What a thread had in its registers when it entered the kernel. */
#if defined(__TARGET_ARCH_x86)
struct pt_regs {
	unsigned long r10, dx, si, di;
	unsigned long orig_ax;
};
#elif defined(__TARGET_ARCH_arm64)
struct pt_regs {
	union {
		struct {
			__u64 regs[31];
		};
	};
	__u64 orig_x0;
	__s32 syscallno;
};
#endif

struct sk_buff {
	__u16 network_header, transport_header; /* from head on */
	unsigned char *head;
};

struct linux_binprm;
struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__task {
	union {
		struct bpf_iter_meta *meta;
	};
	union {
		struct task_struct *task;
	};
};

struct bpf_iter__task_file {
	union {
		struct bpf_iter_meta *meta;
	};
	union {
		struct task_struct *task;
	};
	__u32 fd;
	union {
		struct file *file;
	};
};

struct bpf_iter__bpf_map_elem {
	union {
		struct bpf_iter_meta *meta;
	};
	union {
		struct bpf_map *map;
	};
	union {
		void *key;
	};
	union {
		void *value;
	};
};

#pragma clang attribute pop

/* Layout of the syscall tracepoints: part of the kernel's ABI. */
struct syscall_enter {
	__u64 common;
	__u64 number;
	__u64 args[6];
};

struct syscall_exit {
	__u64 common;
	__u64 number;
	__s64 ret;
};

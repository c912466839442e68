/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the table; which way is taken is decided in probes.c.
 */
#include "capture/probe_rows.h"

#include <assert.h>

#define DATA_CALLS                                                                                 \
	"enter_sendto", "exit_sendto", "enter_recvfrom", "exit_recvfrom", "enter_sendmsg",         \
		"exit_sendmsg", "enter_recvmsg", "exit_recvmsg", "enter_sendmmsg",                 \
		"exit_sendmmsg", "enter_recvmmsg", "exit_recvmmsg", "enter_write", "exit_write",   \
		"enter_read", "exit_read", "enter_writev", "exit_writev", "enter_readv",           \
		"exit_readv", "enter_sendfile64", "exit_sendfile64"

const struct probe_row_plan probe_rows[ROW_MAX] = {
	[ROW_CALLS] = {"calls",
		       NULL,
		       {{"tracepoints sys_enter_X, sys_exit_X",
			 {"enter_socket", "exit_socket", "enter_socketpair", "exit_socketpair",
			  "enter_bind", "exit_bind", "enter_listen", "exit_listen", "enter_accept",
			  "exit_accept", "enter_accept4", "exit_accept4", "enter_connect",
			  "exit_connect", "enter_shutdown", "exit_shutdown", "enter_close",
			  "exit_close"}},
			{"tp_btf sys_enter, sys_exit", {"on_sys_enter", "on_sys_exit"}}}},
	[ROW_STATES] = {"TCP states",
			NULL,
			{{"tp_btf inet_sock_set_state", {"on_state", "on_state_skipped"}}}},
	[ROW_IDENTITY] = {"socket identity",
			  "ids are scrambled kernel addresses",
			  {{"socket cookies, cgroup/sock_create", {"on_sock_create"}}}},
	[ROW_RELEASE] = {"last close of INET sockets",
			 "told from close(), TCP states and exits",
			 {{"cgroup/sock_release", {"on_sock_release"}}}},
	[ROW_DATA] = {"sends and receives",
		      "no send and recv lines, no byte sums",
		      {{"tp_btf sock_send_length, sock_recv_length", {"on_send", "on_recv"}},
		       {"fexit inet_sendmsg, inet_recvmsg, unix_…",
			{"on_inet_sendmsg", "on_inet6_sendmsg", "on_unix_stream_sendmsg",
			 "on_unix_dgram_sendmsg", "on_inet_recvmsg", "on_inet6_recvmsg",
			 "on_unix_stream_recvmsg", "on_unix_dgram_recvmsg", "on_inet_sendpage"}},
		       {"tracepoints of the calls", {DATA_CALLS}}}},
	[ROW_DATA_CALLS] = {"single sends and receives",
			    "--data=events shows runs of them",
			    {{"tracepoints sys_enter_X, sys_exit_X", {DATA_CALLS}}}},
	[ROW_PEERS] = {"peers of unconnected UDP",
		       "such flows have no peer address",
		       {{"cgroup/sendmsg4, sendmsg6, recvmsg4, recvmsg6",
			 {"on_sendmsg4", "on_sendmsg6", "on_recvmsg4", "on_recvmsg6"}}}},
	[ROW_SYN_DROPS] = {"dropped SYNs",
			   "counted for each listener, but not by whom",
			   {{"sk_lookup in each network namespace",
			     {"on_lookup", "learn_cpu_offset"}}}},
	[ROW_ACK_DROPS] = {"dropped last ACKs",
			   "counted for each listener, but not by whom",
			   {{"tp_btf kfree_skb", {"on_ack_dropped"}},
			    {"fentry, fexit tcp_check_req",
			     {"on_request_check", "on_request_checked"}}}},
	[ROW_LISTENERS] = {"listeners' readings",
			   "queues and counters show at events only",
			   {{"bpf_for_each_map_elem",
			     {"sweep_attempts", "sweep_listeners", "sweep_netnses",
			      "sweep_unix_listeners", "learn_cpu_offset"}},
			    {"iter/bpf_map_elem",
			     {"iter_attempts", "iter_listeners", "iter_netnses",
			      "iter_unix_listeners", "learn_cpu_offset"}}}},
	[ROW_RETRANSMITS] = {"retransmits",
			     "repeated SYNs and segments are not seen",
			     {{"tp_btf tcp_retransmit_skb, tcp_retransmit_synack",
			       {"on_retransmit", "on_synack_retransmit"}}}},
	[ROW_RESETS] = {"resets",
			"who reset a connection is not seen",
			{{"tp_btf tcp_send_reset, tcp_receive_reset",
			  {"on_reset_sent", "on_reset_received"}}}},
	[ROW_PROCESSES] = {"processes",
			   "children and new names are not seen",
			   {{"tp_btf sched_process_fork, exec, exit",
			     {"on_fork", "on_exec", "on_exit"}}}},
	[ROW_SNAPSHOT] = {"sockets open at attach",
			  "sockets show from their first event on",
			  {{"iter/task_file", {"snapshot_files", "snapshot_peers"}}}},
	[ROW_IDLE] = {"idle runs",
		      "a run shows when the next call ends it",
		      {{"BPF_PROG_TEST_RUN", {"sweep_sockets", "sweep_pending"}}}},
	[ROW_THREADS] = {"what acceptors do",
			 "only how long they ran, waited and slept between two accepts",
			 {{"iter/task", {"sample_threads"}}}},
};

static_assert(sizeof(probe_rows) / sizeof(probe_rows[0]) == ROW_MAX,
	      "a row of the plan is missing");

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the table; which way is taken is decided in probes.c.
 */
#include "capture/probe_rows.h"

#include <assert.h>

const struct probe_row_plan probe_rows[ROW_MAX] = {
	[ROW_CALLS] = {"calls",
		       NULL,
		       {{"tracepoints sys_enter_X, sys_exit_X",
			 {"enter_socket", "exit_socket", "enter_socketpair", "exit_socketpair",
			  "enter_bind", "exit_bind", "enter_listen", "exit_listen", "enter_accept",
			  "exit_accept", "enter_accept4", "exit_accept4", "enter_connect",
			  "exit_connect", "enter_shutdown", "exit_shutdown", "enter_close",
			  "exit_close"}}}},
	[ROW_STATES] = {"TCP states", NULL, {{"tp_btf inet_sock_set_state", {"on_state"}}}},
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
			 "on_unix_stream_recvmsg", "on_unix_dgram_recvmsg", "on_inet_sendpage"}}}},
	[ROW_PEERS] = {"peers of unconnected UDP",
		       "such flows have no peer address",
		       {{"cgroup/sendmsg4, sendmsg6, recvmsg4, recvmsg6",
			 {"on_sendmsg4", "on_sendmsg6", "on_recvmsg4", "on_recvmsg6"}}}},
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
			  {{"iter/task_file", {"snapshot_files"}}}},
	[ROW_IDLE] = {"idle runs",
		      "a run shows when the next call ends it",
		      {{"iter/bpf_map_elem", {"report_idle_runs"}}}},
	[ROW_THREADS] = {"what acceptors do",
			 "only how long they ran, waited and slept between two accepts",
			 {{"iter/task", {"sample_threads"}}}},
};

static_assert(sizeof(probe_rows) / sizeof(probe_rows[0]) == ROW_MAX,
	      "a row of the plan is missing");

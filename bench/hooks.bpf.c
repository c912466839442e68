/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * Programs that return at once, at the hooks that socktrace uses: what it costs that one is there.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#define EMPTY(section, name)                                                                       \
	SEC(section)                                                                               \
	int name(void *ctx)                                                                        \
	{                                                                                          \
		return 0;                                                                          \
	}

EMPTY("tracepoint/syscalls/sys_enter_mbind", enter_another)
EMPTY("tracepoint/syscalls/sys_exit_mbind", exit_another)
EMPTY("tracepoint/syscalls/sys_enter_close", enter_close)
EMPTY("tracepoint/syscalls/sys_exit_close", exit_close)
EMPTY("tp_btf/sys_enter", enter_any)
EMPTY("tp_btf/sys_exit", exit_any)
EMPTY("tp_btf/inet_sock_set_state", state)
EMPTY("tp_btf/inet_sock_set_state", state_again)

SEC("cgroup/sock_create")
int create(struct bpf_sock *ctx)
{
	return 1;
}

SEC("cgroup/sock_release")
int release(struct bpf_sock *ctx)
{
	return 1;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * The same calls where there is no tracefs, which says the numbers of their tracepoints: two
 * programs that run at every call of the machine and go by its number. 32-bit programs, whose
 * numbers are others, are not seen, as they are not by the tracepoints.
 */
#include "call.h"

#include <bpf/bpf_tracing.h>

#if defined(__TARGET_ARCH_x86)
#define TS_COMPAT 0x2

static __always_inline bool is_32bit(struct task_struct *task)
{
	return READ(task, task_struct, thread_info.status) & TS_COMPAT;
}

static __always_inline void arguments_of(__u64 *args, struct pt_regs *regs)
{
	args[0] = FIELD(regs, di);
	args[1] = FIELD(regs, si);
	args[2] = FIELD(regs, dx);
	args[3] = FIELD(regs, r10);
}

static __always_inline long number_of(struct pt_regs *regs)
{
	return FIELD(regs, orig_ax);
}
#elif defined(__TARGET_ARCH_arm64)
#define TIF_32BIT 22

static __always_inline bool is_32bit(struct task_struct *task)
{
	return READ(task, task_struct, thread_info.flags) & 1 << TIF_32BIT;
}

static __always_inline void arguments_of(__u64 *args, struct pt_regs *regs)
{
	args[0] = FIELD(regs, regs[0]);
	args[1] = FIELD(regs, regs[1]);
	args[2] = FIELD(regs, regs[2]);
	args[3] = FIELD(regs, regs[3]);
}

static __always_inline long number_of(struct pt_regs *regs)
{
	return FIELD(regs, syscallno);
}
#endif

/* enum st_call_name or ST_CALL_ACCEPT4 of the call that the current thread is in. */
static __always_inline __u8 wanted_call(long number)
{
	__u8 call = number >= 0 && number < ST_CALL_NUMBERS ? config.calls[number] : 0;

	return call && !is_32bit((void *)bpf_get_current_task()) ? call : 0;
}

#define EVERY_CALL(X)                                                                              \
	X(SOCKET, socket)                                                                          \
	X(SOCKETPAIR, socketpair)                                                                  \
	X(BIND, bind)                                                                              \
	X(LISTEN, listen)                                                                          \
	X(ACCEPT, accept)                                                                          \
	X(ACCEPT4, accept4)                                                                        \
	X(CONNECT, connect)                                                                        \
	X(SHUTDOWN, shutdown)                                                                      \
	X(CLOSE, close)

/* Each by itself in its part of the stack. */
#define FUNCTIONS(CALL, name)                                                                      \
	static __noinline int every_##name##_enter(struct syscall_enter *ctx)                      \
	{                                                                                          \
		return entered_##name(ctx);                                                        \
	}                                                                                          \
	static __noinline int every_##name##_exit(struct syscall_exit *ctx)                        \
	{                                                                                          \
		return returned_##name(ctx);                                                       \
	}

EVERY_CALL(FUNCTIONS)

#define ENTER(CALL, name)                                                                          \
	case ST_CALL_##CALL:                                                                       \
		every_##name##_enter(&entered);                                                    \
		break;

#define EXIT(CALL, name)                                                                           \
	case ST_CALL_##CALL:                                                                       \
		every_##name##_exit(&returned);                                                    \
		break;

SEC("tp_btf/sys_enter")
int BPF_PROG(on_sys_enter, struct pt_regs *regs, long number)
{
	__u8 call = wanted_call(number);
	struct syscall_enter entered = {};

	if (!call)
		return 0;
	arguments_of(entered.args, regs);
	switch (call) {
		EVERY_CALL(ENTER)
	}
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_sys_exit, struct pt_regs *regs, long ret)
{
	__u8 call = wanted_call(number_of(regs));
	struct syscall_exit returned = {.ret = ret};

	switch (call) {
		EVERY_CALL(EXIT)
	}
	return 0;
}

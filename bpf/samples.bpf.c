/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * What the threads that serve a listener are doing at this moment: whether they run,
 * and if not, in which call on which file they are.
 */
#include "call.h"

#include <bpf/bpf_tracing.h>

/* The kernel's bits of a thread's state. */
#define TASK_INTERRUPTIBLE 0x1
#define TASK_UNINTERRUPTIBLE 0x2
#define TASK_STOPPED_OR_TRACED 0xc
#define TASK_DEAD 0x80
#define TASK_FROZEN 0x8000 /* since 6.1 */

/* User space sets it before each pass. */
struct st_sampling sampling;

static __always_inline __u32 task_state_bits(struct task_struct *task)
{
	struct task_struct___5_13 *old = (void *)task;

	if (bpf_core_field_exists(task->__state))
		return BPF_CORE_READ(task, __state);
	return BPF_CORE_READ(old, state);
}

static __always_inline bool task_is_frozen(struct task_struct *task, __u32 bits)
{
	if (bits & TASK_FROZEN)
		return true;
	return bpf_core_field_exists(task->frozen) && BPF_CORE_READ_BITFIELD_PROBED(task, frozen);
}

static __always_inline __u8 thread_state(struct task_struct *task)
{
	__u32 bits = task_state_bits(task);

	if (BPF_CORE_READ(task, exit_state) || bits & TASK_DEAD)
		return ST_THREAD_EXITED;
	if (bits & TASK_STOPPED_OR_TRACED)
		return ST_THREAD_STOPPED;
	if (task_is_frozen(task, bits))
		return ST_THREAD_FROZEN;
	if (bits & TASK_UNINTERRUPTIBLE)
		return ST_THREAD_WAITING;
	if (bits & TASK_INTERRUPTIBLE)
		return ST_THREAD_SLEEPING;
	/* One CPU, and a kernel built for no more, has no on_cpu: then it is ours. */
	if (!bpf_core_field_exists(task->on_cpu))
		return ST_THREAD_RUNNABLE;
	return BPF_CORE_READ(task, on_cpu) ? ST_THREAD_RUNNING : ST_THREAD_RUNNABLE;
}

/* Which file the call's fd names: a socket's id, or the last part of its path. */
static __always_inline void sample_file(struct st_sample *r, struct task_struct *task)
{
	struct file *file = file_of_task(task, r->fd);
	struct sock *sk = sock_of_file(file);
	struct dentry *dentry;
	__u64 id;

	if (sk) {
		id = sock_id(mptcp_or_self(sk));
		r->socket = socket_followed(id) ? id : 0;
	} else if (file) {
		dentry = READ(file, file, f_path.dentry);
		bpf_probe_read_kernel_str(r->file, sizeof(r->file),
					  READ(dentry, dentry, d_name.name));
	}
}

/* The registers are those of the thread's last entry: if it runs, nothing says that it is
 * still in the kernel. */
static __always_inline void sample_call(struct st_sample *r, struct task_struct *task)
{
	struct pt_regs *regs;
	__s64 number;

	if (!config.registers || r->state == ST_THREAD_RUNNING || r->state == ST_THREAD_EXITED)
		return;
	regs = (void *)bpf_task_pt_regs(task);
#if defined(__TARGET_ARCH_x86)
	number = (__s64)BPF_CORE_READ(regs, orig_ax);
	r->syscall_arg = BPF_CORE_READ(regs, di);
#elif defined(__TARGET_ARCH_arm64)
	number = BPF_CORE_READ(regs, syscallno);
	r->syscall_arg = BPF_CORE_READ(regs, orig_x0);
#endif
	if (number < 0 || number >= ST_CALL_NUMBERS) {
		r->syscall_arg = 0;
		return; /* an interrupt or a fault brought it into the kernel */
	}
	r->syscall = number;
	if (!(config.fd_calls[(number >> 6) & (ST_CALL_NUMBERS / 64 - 1)] >> (number & 63) & 1))
		return;
	r->fd = r->syscall_arg;
	sample_file(r, task);
}

static __always_inline void sample_report(struct task_struct *task, __u64 listener)
{
	struct st_sample *r;

	if (!RECORD_RESERVE(ST_SAMPLE, ST_LOSS_CALL, r))
		return;
	r->listener = listener;
	r->pid = task->tgid;
	r->tid = task->pid;
	r->syscall = -1;
	r->fd = -1;
	r->state = thread_state(task);
	if (bpf_core_field_exists(task->sched_info.run_delay)) {
		r->running_ns = BPF_CORE_READ(task, se.sum_exec_runtime);
		r->runnable_ns = BPF_CORE_READ(task, sched_info.run_delay);
	}
	BPF_CORE_READ_INTO(&r->comm, task, comm);
	sample_call(r, task);
	record_submit(r);
}

/* A child has its parent's numbers; one that got the listener in another way has told its own. */
static __always_inline bool owns_listener(struct task_struct *task)
{
	for (int i = 0; i < ST_SAMPLING_FDS; i++) {
		struct sock *sk = sampling.fd[i] < 0
					  ? NULL
					  : sock_of_file(file_of_task(task, sampling.fd[i]));

		if (sk && sock_id(mptcp_or_self(sk)) == sampling.listener)
			return true;
	}
	return false;
}

static __always_inline bool thread_wanted(struct task_struct *task)
{
	__u32 tid = task->pid;

	for (int i = 0; i < ST_SAMPLING_TIDS; i++)
		if (sampling.tid[i] == tid)
			return true;
	/* One of the kernel's own has no files; to read them all the same would be a fault. */
	return sampling.all && task->files && owns_listener(task);
}

SEC("iter/task")
int sample_threads(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;

	if (task && task->tgid != config.self && thread_wanted(task))
		sample_report(task, sampling.listener);
	return 0;
}

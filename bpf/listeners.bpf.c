/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * What user space drives: finding each CPU's counters, telling outcomes that nobody has told
 * yet, and reading how followed listeners and their network namespaces stand.
 */
#include "attempt.h"
#include "sweep.h"

#include <bpf/bpf_tracing.h>

/* Run once on each CPU. The kernel's symbols are not to be had everywhere, but a per-CPU map
 * of our own shows both addresses: the one noted down, and that of this CPU's copy. */
SEC("raw_tp/sys_enter")
int learn_cpu_offset(void *ctx)
{
	void *map = &losses;
	struct bpf_array *array;
	__u32 zero = 0, cpu = bpf_get_smp_processor_id();
	__u64 copy = 0, *offset = bpf_map_lookup_elem(&cpu_offsets, &cpu);
	void *here = bpf_map_lookup_elem(&losses, &zero);

	if (!offset || !here)
		return 0;
	bpf_probe_read_kernel(&copy, sizeof(copy), &here);
	bpf_probe_read_kernel(&array, sizeof(array), &map);
	*offset = copy - (__u64)BPF_CORE_READ(array, pptrs[0]);
	return 0;
}

/* The last attempt of a CPU that has had nothing to do since. */
static __always_inline int settle_attempt(__u32 cpu, volatile struct attempt *now)
{
	struct attempt *a = attempt_at(config.cpus);

	if (!a || cpu == config.cpus || !now->listener)
		return 0;
	bpf_probe_read_kernel(a, sizeof(*a), (void *)now);
	if (now->number == a->number)
		attempt_end_for(now, a, cpu);
	return 0;
}

SWEEP(attempts, attempts, __u32, struct attempt, settle_attempt)

static __always_inline int read_listener(__u64 id, struct listener *l)
{
	__u32 settled = l->sk_drops;

	if (!is_listener(sock_at(l->sock), id))
		return 0;
	listener_report(id, l, finishing);
	/* What the reading before this one showed has been attributed since, as far as it was the
	 * doing of attempts: the rest was of strays. */
	if ((__s32)(settled - l->drops) > 0)
		l->drops = settled;
	return 0;
}

SWEEP(listeners, listeners, __u64, struct listener, read_listener)

static __always_inline int read_netns(__u32 inum, struct netns *netns)
{
	__u64 now = bpf_ktime_get_ns();

	if (!netns->net || (!finishing && now - netns->read_ns < NETNS_PAUSE_NS))
		return 0;
	netns->read_ns = now;
	netns_report(inum, netns, finishing);
	return 0;
}

SWEEP(netnses, netnses, __u32, struct netns, read_netns)

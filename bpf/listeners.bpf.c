/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * What user space drives: finding each CPU's counters, telling outcomes that nobody has told
 * yet, and reading how followed listeners and their network namespaces stand.
 */
#include "attempt.h"

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
SEC("iter/bpf_map_elem")
int settle_attempts(struct bpf_iter__bpf_map_elem *ctx)
{
	volatile struct attempt *now = ctx->value;
	struct attempt *a = attempt_of_cpu(config.cpus);
	__u32 *key = ctx->key;

	if (!key || !now || !a || *key == config.cpus || !now->listener)
		return 0;
	bpf_probe_read_kernel(a, sizeof(*a), (void *)now);
	if (now->number == a->number)
		attempt_end_for(now, a, *key);
	return 0;
}

SEC("iter/bpf_map_elem")
int read_listeners(struct bpf_iter__bpf_map_elem *ctx)
{
	struct listener *l = ctx->value;
	__u64 *key = ctx->key, id;

	if (!key || !l)
		return 0;
	id = *key;
	if (is_listener((void *)l->sock, id)) {
		listener_report(id, l, finishing);
		l->drops = l->sk_drops;
	}
	return 0;
}

SEC("iter/bpf_map_elem")
int read_netnses(struct bpf_iter__bpf_map_elem *ctx)
{
	struct netns *netns = ctx->value;
	__u64 now = bpf_ktime_get_ns();
	__u32 *key = ctx->key;

	if (!key || !netns || (!finishing && now - netns->read_ns < NETNS_PAUSE_NS))
		return 0;
	netns->read_ns = now;
	netns_report(*key, netns, finishing);
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Asks the kernel's BTF for types and functions by name; knows nothing of probes.
 */
#include "capture/kernel_features.h"

#include <bpf/btf.h>
#include <errno.h>

#include "base/log.h"

static bool btf_has(const struct btf *btf, const char *name, __u32 kind)
{
	return btf__find_by_name_kind(btf, name, kind) > 0;
}

int kernel_features_read(struct kernel_features *out)
{
	struct btf *btf = btf__load_vmlinux_btf();

	if (!btf)
		return log_err_r(
			-ENOENT,
			"this kernel gives no BTF (/sys/kernel/btf/vmlinux): socktrace needs a "
			"5.10 or later kernel built with CONFIG_DEBUG_INFO_BTF");
	*out = (struct kernel_features){
		.casts = btf_has(btf, "bpf_rdonly_cast", BTF_KIND_FUNC),
		.cookies = btf_has(btf, "bpf_get_socket_ptr_cookie", BTF_KIND_FUNC),
		.data_events = btf_has(btf, "btf_trace_sock_send_length", BTF_KIND_TYPEDEF),
		.send_reset = btf_has(btf, "btf_trace_tcp_send_reset", BTF_KIND_TYPEDEF),
		.registers = btf_has(btf, "bpf_task_pt_regs", BTF_KIND_FUNC),
		.task_file = btf_has(btf, "bpf_iter_task_file", BTF_KIND_FUNC),
	};
	btf__free(btf);
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Sets the capabilities of this process; knows nothing of who needs them.
 */
#include "capture/privileges.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"

#ifndef CAP_BPF
#define CAP_PERFMON 38
#define CAP_BPF 39
#endif

void privileges_drop(bool namespaces)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	__u64 keep = 1ULL << CAP_BPF;

	if (syscall(SYS_capget, &header, data)) {
		log_debug("capget failed: privileges stay as they are");
		return;
	}
	if (namespaces)
		keep |= 1ULL << CAP_PERFMON | 1ULL << CAP_NET_ADMIN | 1ULL << CAP_SYS_PTRACE;
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		data[i].effective &= keep >> 32 * i;
		data[i].permitted &= keep >> 32 * i;
		data[i].inheritable = 0;
	}
	if (syscall(SYS_capset, &header, data))
		log_debug("capset failed: privileges stay as they are");
}

/* All of these are effective. */
static bool have(__u64 capabilities)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data))
		return false;
	return !(capabilities & ~((__u64)data[1].effective << 32 | data[0].effective));
}

bool privileges_can_trace(void)
{
	return have(1ULL << CAP_SYS_ADMIN) || have(1ULL << CAP_BPF | 1ULL << CAP_PERFMON);
}

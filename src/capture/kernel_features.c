/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Asks the kernel's BTF for types and functions by name; knows nothing of probes.
 */
#include "capture/kernel_features.h"

#include <assert.h>
#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

static bool btf_has(const struct btf *btf, const char *name, __u32 kind)
{
	return btf__find_by_name_kind(btf, name, kind) > 0;
}

static const char *const counter_names[] = {
	[ST_COUNTER_LISTEN_OVERFLOWS] = "LINUX_MIB_LISTENOVERFLOWS",
	[ST_COUNTER_LISTEN_DROPS] = "LINUX_MIB_LISTENDROPS",
	[ST_COUNTER_REQ_Q_FULL_DROP] = "LINUX_MIB_TCPREQQFULLDROP",
	[ST_COUNTER_REQ_Q_FULL_DO_COOKIES] = "LINUX_MIB_TCPREQQFULLDOCOOKIES",
	[ST_COUNTER_SYNCOOKIES_SENT] = "LINUX_MIB_SYNCOOKIESSENT",
	[ST_COUNTER_SYNCOOKIES_RECV] = "LINUX_MIB_SYNCOOKIESRECV",
	[ST_COUNTER_SYNCOOKIES_FAILED] = "LINUX_MIB_SYNCOOKIESFAILED",
	[ST_COUNTER_DEFER_ACCEPT_DROP] = "LINUX_MIB_TCPDEFERACCEPTDROP",
};
static_assert(sizeof(counter_names) / sizeof(counter_names[0]) == ST_COUNTER_MAX,
	      "a counter's name is missing");

/* False: it has no such value. */
static bool enum_value(const struct btf *btf, const struct btf_type *type, const char *name,
		       uint32_t *out)
{
	const struct btf_enum *values = btf_enum(type);

	for (int i = 0; i < btf_vlen(type); i++) {
		if (strcmp(btf__name_by_offset(btf, values[i].name_off), name) != 0)
			continue;
		*out = values[i].val;
		return true;
	}
	return false;
}

/* The enum has no name: it is the one that has the counters. */
static bool read_counter_indexes(const struct btf *btf, uint32_t *out)
{
	for (__u32 id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);
		int found = 0;

		if (!btf_is_enum(type) || type->name_off)
			continue;
		while (found < ST_COUNTER_MAX &&
		       enum_value(btf, type, counter_names[found], &out[found]))
			found++;
		if (found == ST_COUNTER_MAX)
			return true;
	}
	return false;
}

static uint32_t drop_reason(const struct btf *btf, const char *name)
{
	int id = btf__find_by_name_kind(btf, "skb_drop_reason", BTF_KIND_ENUM);
	uint32_t value = 0;

	if (id > 0)
		enum_value(btf, btf__type_by_id(btf, id), name, &value);
	return value;
}

/* NULL: not by mapping it, which is since 6.15. The kernel gives the file a page at a time, and
 * some 1,300 calls take as long as the verifier takes for the largest programs. */
static struct btf *map_btf(void)
{
	int fd = open("/sys/kernel/btf/vmlinux", O_RDONLY | O_CLOEXEC);
	struct stat file;
	struct btf *btf = NULL;
	void *data;

	if (fd < 0)
		return NULL;
	data = fstat(fd, &file) ? MAP_FAILED
				: mmap(NULL, file.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data != MAP_FAILED) {
		btf = btf__new(data, file.st_size);
		munmap(data, file.st_size);
	}
	close(fd);
	return btf;
}

int kernel_features_read(struct kernel_features *out)
{
	struct btf *btf = map_btf();

	if (!btf)
		btf = btf__load_vmlinux_btf();
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
		.for_each = btf_has(btf, "bpf_for_each_map_elem", BTF_KIND_FUNC),
		.task_file = btf_has(btf, "bpf_iter_task_file", BTF_KIND_FUNC),
	};
	out->counters = read_counter_indexes(btf, out->counter_index);
	out->listen_overflow = drop_reason(btf, "SKB_DROP_REASON_TCP_LISTEN_OVERFLOW");
	btf__free(btf);
	return 0;
}

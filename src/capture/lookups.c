/* SPDX-License-Identifier: BSD-2-Clause
 *
 * An sk_lookup program is not told in which namespace it runs, so each gets a copy that
 * knows: the loaded program's instructions with the number written into them.
 */
#include "capture/lookups.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hashmap.h"
#include "base/log.h"
#include "base/vec.h"
#include "socktrace/config.h"

#include "socktrace.skel.h" /* wants config.h before it */

#define FUNCTIONS_MAX 64

struct lookups {
	struct socktrace_bpf *skeleton;
	struct hashmap known; /* namespaces that were tried */
	VEC(int) links;
};

int lookups_new(struct socktrace_bpf *skeleton, struct lookups **out)
{
	struct lookups *lookups = calloc(1, sizeof(*lookups));

	if (!lookups)
		return -ENOMEM;
	lookups->skeleton = skeleton;
	*out = lookups;
	return 0;
}

void lookups_free(struct lookups **lookups)
{
	struct lookups *l = *lookups;

	if (!l)
		return;
	vec_each (link, &l->links)
		close(*link);
	vec_release(&l->links);
	hashmap_release(&l->known);
	free(l);
	*lookups = NULL;
}

static bool begins_function(const struct bpf_insn *all, size_t count, size_t at)
{
	for (size_t i = 0; i < count; i++)
		if (all[i].code == (BPF_JMP | BPF_CALL) && all[i].src_reg == BPF_PSEUDO_CALL &&
		    i + 1 + all[i].imm == at)
			return true;
	return at == 0;
}

/* Where its functions begin, and what they are: with that the kernel verifies each of them once,
 * without it, once for each call, a tenth of a second in all. What it tells of a loaded program
 * has the places in what it made of it. How many; 0: it is not known. */
static __u32 find_functions(const struct bpf_program *program, struct bpf_func_info *functions)
{
	struct bpf_prog_info info = {.nr_func_info = FUNCTIONS_MAX,
				     .func_info_rec_size = sizeof(*functions),
				     .func_info = (__u64)(uintptr_t)functions};
	const struct bpf_insn *all = bpf_program__insns(program);
	size_t count = bpf_program__insn_cnt(program);
	__u32 size = sizeof(info), found = 0;

	if (bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size) ||
	    info.nr_func_info > FUNCTIONS_MAX)
		return 0;
	for (size_t at = 0; at < count; at++)
		if (begins_function(all, count, at) && found++ < FUNCTIONS_MAX)
			functions[found - 1].insn_off = at;
	return found == info.nr_func_info ? found : 0; /* else one was left out as dead */
}

static void write_netns(struct bpf_insn *copy, size_t count, uint32_t netns)
{
	for (size_t i = 0; i < count; i++)
		if (copy[i].code == (BPF_ALU64 | BPF_MOV | BPF_K) &&
		    copy[i].imm == ST_NETNS_PLACEHOLDER)
			copy[i].imm = (__s32)netns;
}

/* The file descriptor of the copy, or -errno. */
static int load_copy(struct lookups *lookups, uint32_t netns)
{
	const struct bpf_program *program = lookups->skeleton->progs.on_lookup;
	struct bpf_func_info functions[FUNCTIONS_MAX];
	DECLARE_LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_SK_LOOKUP,
			    .func_info = functions, .func_info_rec_size = sizeof(*functions),
			    .prog_btf_fd = bpf_object__btf_fd(lookups->skeleton->obj));
	size_t count = bpf_program__insn_cnt(program);
	struct bpf_insn *copy = calloc(count, sizeof(*copy));
	int fd;

	if (!copy)
		return -ENOMEM;
	memcpy(copy, bpf_program__insns(program), count * sizeof(*copy));
	write_netns(copy, count, netns);
	options.func_info_cnt = find_functions(program, functions);
	fd = bpf_prog_load(BPF_PROG_TYPE_SK_LOOKUP, bpf_program__name(program), "Dual BSD/GPL",
			   copy, count, &options);
	free(copy);
	return fd < 0 ? -errno : fd;
}

/* The namespace of the process, if it is still that one: a file descriptor, or -errno. */
static int open_netns(pid_t pid, uint32_t netns)
{
	struct stat status;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (!fstat(fd, &status) && status.st_ino == netns)
		return fd;
	close(fd);
	return -ESRCH;
}

static int cover(struct lookups *lookups, int namespace, uint32_t netns)
{
	int program = load_copy(lookups, netns), link;
	__u32 yes = 1;

	if (program < 0)
		return program;
	link = bpf_link_create(program, namespace, BPF_SK_LOOKUP, NULL);
	if (link < 0)
		link = -errno;
	close(program);
	if (link < 0)
		return link;
	bpf_map__update_elem(lookups->skeleton->maps.lookups, &netns, sizeof(netns), &yes,
			     sizeof(yes), BPF_ANY);
	return vec_push(&lookups->links, link);
}

void lookups_cover(struct lookups *lookups, pid_t pid, uint32_t netns)
{
	int namespace, r;

	if (!netns || hashmap_get(&lookups->known, netns))
		return;
	namespace = open_netns(pid, netns);
	r = namespace < 0 ? namespace : cover(lookups, namespace, netns);
	if (namespace >= 0)
		close(namespace);
	if (r == -ESRCH || r == -ENOENT)
		return; /* it is gone, or elsewhere: another process may lead there */
	if (r)
		log_warn("network namespace %u: cannot attach sk_lookup (%s): its dropped SYNs are "
			 "counted, but not seen one by one",
			 netns, strerror(-r));
	hashmap_set(&lookups->known, netns, lookups);
}

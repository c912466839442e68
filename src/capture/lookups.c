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

/* The file descriptor of the copy, or -errno. */
static int load_copy(const struct bpf_program *program, uint32_t netns)
{
	DECLARE_LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_SK_LOOKUP);
	size_t count = bpf_program__insn_cnt(program);
	struct bpf_insn *copy = calloc(count, sizeof(*copy));
	int fd;

	if (!copy)
		return -ENOMEM;
	memcpy(copy, bpf_program__insns(program), count * sizeof(*copy));
	for (size_t i = 0; i < count; i++)
		if (copy[i].code == (BPF_ALU64 | BPF_MOV | BPF_K) &&
		    copy[i].imm == ST_NETNS_PLACEHOLDER)
			copy[i].imm = (__s32)netns;
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
	int program = load_copy(lookups->skeleton->progs.on_lookup, netns), link;
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

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Prints what choices.bpf.c measured: nanoseconds a piece.
 */
#include <assert.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "choices.h"
#include "choices.skel.h"

#define ROUNDS 5000

static const char *const names[] = {
	[CHOICE_HASH_TID] = "hash map by tid, found",
	[CHOICE_TASK_STORAGE] = "task storage, found",
	[CHOICE_HASH_COOKIE] = "hash map by cookie, found",
	[CHOICE_ARRAY] = "array, found",
	[CHOICE_HASH_MISS] = "hash map, not found",
	[CHOICE_INSERT_DELETE] = "hash map insert and delete",
	[CHOICE_CLOCK] = "bpf_ktime_get_ns",
	[CHOICE_PROBE_READ] = "bpf_probe_read_kernel of 8 bytes",
};

static_assert(sizeof(names) / sizeof(names[0]) == CHOICE_MAX, "a choice has no name");

int main(void)
{
	struct choices_bpf *bpf = choices_bpf__open_and_load();

	if (!bpf || choices_bpf__attach(bpf)) {
		fprintf(stderr, "choices: cannot load or attach: run as root on 5.11 or later\n");
		return 1;
	}
	for (int i = 0; i < ROUNDS; i++)
		syscall(SYS_getuid);
	for (int i = 0; i < CHOICE_MAX; i++)
		printf("%-34s %6.1f ns\n", names[i], (double)bpf->bss->best[i] / REPEATS);
	choices_bpf__destroy(bpf);
	return 0;
}

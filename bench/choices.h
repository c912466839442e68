/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * What choices.bpf.c measures, for both sides.
 */
#pragma once

#define REPEATS 200
#if defined(__TARGET_ARCH_arm64) || defined(__aarch64__)
#define GETUID 174
#else
#define GETUID 102
#endif

enum choice {
	CHOICE_HASH_TID,
	CHOICE_TASK_STORAGE,
	CHOICE_HASH_COOKIE,
	CHOICE_ARRAY,
	CHOICE_HASH_MISS,
	CHOICE_INSERT_DELETE,
	CHOICE_CLOCK,
	CHOICE_PROBE_READ,
	CHOICE_MAX,
};

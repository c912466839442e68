/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * Reading a field of a kernel structure. Since 6.2 any address can be read as a
 * BTF-typed pointer, one load a field; before, each field takes a call of a
 * helper, some 50 ns. Which way is settled when the program is loaded.
 */
#pragma once

#include "state.h"

extern void *bpf_rdonly_cast(const void *pointer, __u32 btf_id) __ksym __weak;

/* A field of a typed pointer: one that a program was given, or followed from there. Of what
 * the kernel vouches for it is one plain instruction. */
#define FIELD(pointer, field) (config.casts ? (pointer)->field : BPF_CORE_READ(pointer, field))

/* A field of whatever stands at an address. */
#define READ(pointer, type, field)                                                                 \
	(config.casts                                                                              \
		 ? ((struct type *)bpf_rdonly_cast(pointer, bpf_core_type_id_kernel(struct type))) \
			   ->field                                                                 \
		 : BPF_CORE_READ((struct type *)(pointer), field))

/* The pointer that stands at an address, by way of a structure that is just that. */
static __always_inline void *read_pointer(const void *address)
{
	return READ(address, llist_node, next);
}

/* The 64 bits that stand at an address, by way of a structure that begins with such a number. */
static __always_inline __u64 read_word(const void *address)
{
	return READ(address, timespec64, tv_sec);
}

/* A pointer field as a number: one that the verifier lets us add to. */
#define READ_ADDRESS(pointer, type, field)                                                         \
	read_word((const char *)(pointer) + bpf_core_field_offset(struct type, field))

/* A pointer as a number, for functions that the verifier lets take no pointers. */
static __always_inline __u64 pointer_of(const void *pointer)
{
	__u64 address = 0;

	bpf_probe_read_kernel(&address, sizeof(address), &pointer);
	return address;
}

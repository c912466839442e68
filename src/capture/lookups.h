/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The program that sees SYNs, in the network namespaces of targets.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

struct lookups;
struct socktrace_bpf;

/* The skeleton must be loaded, and outlive the lookups. 0 or -ENOMEM. */
int lookups_new(struct socktrace_bpf *skeleton, struct lookups **out);
void lookups_free(struct lookups **lookups);

/* Sees to the namespace `netns` that process `pid` is in. Where it cannot be done, says so
 * once: drops are then not seen one by one there. */
void lookups_cover(struct lookups *lookups, pid_t pid, uint32_t netns);

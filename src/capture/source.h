/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The live source of records: loads and attaches the probes, tells them who the
 * targets are, and hands on every record of the ring, in its order. What user
 * space adds (host, probes, processes, losses) goes into the same stream.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/vec.h"
#include "capture/proc.h"
#include "socktrace/record.h"

#define ALL_CALLS ((1u << ST_CALL_MAX) - 2) /* of source_options.calls: all but ST_CALL_NONE */

struct source_options {
	struct pid_list pids;
	const char *cgroup; /* a directory of a cgroup v2, or NULL */
	bool all;
	bool follow; /* descendants of targets, present and future */
	bool ipv4, ipv6, unix_sockets;
	bool data; /* sends and receives */
	bool data_calls; /* one by one, not only in runs */
	bool unhurried; /* nobody watches: what need not be told at once may take a second */
	uint16_t local_port, remote_port; /* 0: any */
	uint32_t calls; /* bits of enum st_call_name: the calls to trace */
	size_t buffer_bytes; /* of the ring, rounded up to a power of two */
	const char *text; /* what was asked for, as typed */
};

/* Takes a record, which is 8-byte aligned and gone after the call. 0, or -errno to stop. */
typedef int source_sink(void *context, const void *record, size_t size);

struct source;

/* Loads and attaches; on failure one line says what is missing. 0 or -errno:
 * -EPERM privileges, -ENOENT no BTF, -ESRCH a PID is gone, … */
int source_open(const struct source_options *options, source_sink *sink, void *context,
		struct source **out);

/* Adds a target after opening: a command about to be started. */
int source_add_target(struct source *source, pid_t pid);

/* Reads what targets have open already, and the calls they are in; then gives up
 * the privileges that nothing needs any more. */
int source_snapshot(struct source *source);

/* Waits up to timeout_ms for records and hands them on. 0 or what the sink returned. */
int source_poll(struct source *source, int timeout_ms);

/* True while any target lives: always for -a and a cgroup. */
bool source_has_targets(const struct source *source);

/* Hands on what is left, the losses and the orderly end. 0 or what the sink returned. */
int source_finish(struct source *source);

void source_free(struct source **source);

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What can be known of listeners without BPF: a source of the same records, from
 * sock_diag and /proc, by asking again and again. It sees how queues and counters stand,
 * not who comes: no arrivals, no calls, no single drops.
 */
#pragma once

#include "capture/source.h"

struct unprivileged;

/* Hands on the listeners of the targets with their owners, and the namespaces they are in.
 * 0, -ESRCH, -EPERM (a target's sockets may not be seen), …, said; or what the sink returned. */
int unprivileged_open(const struct source_options *options, source_sink *sink, void *context,
		      struct unprivileged **out);

/* Waits up to timeout_ms, looks again when it is time, and hands on what changed. */
int unprivileged_poll(struct unprivileged *source, int timeout_ms);
bool unprivileged_has_targets(const struct unprivileged *source);

/* Hands on how all stands at last, and the orderly end. */
int unprivileged_finish(struct unprivileged *source);
void unprivileged_free(struct unprivileged **source);

/* Some processes did not let us see their sockets. */
bool unprivileged_hidden(const struct unprivileged *source);

/* Opens, looks once, ends in order. */
int unprivileged_look(const struct source_options *options, source_sink *sink, void *context,
		      bool *hidden);

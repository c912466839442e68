/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Writes to a file descriptor in a thread of its own: a terminal or a pager that reads slowly keeps
 * nobody from reading the ring, where events would be lost meanwhile. The thread has the privileges
 * of who starts it.
 */
#pragma once

#include <stddef.h>

struct writer;

/* 0 or -errno: no thread. */
int writer_new(int fd, struct writer **out);

/* Takes a copy of the text, to be written behind all before. 0, -ENOMEM, or -errno of what could
 * not be written since: then nothing more is. Never waits for the descriptor. */
int writer_put(struct writer *writer, const char *text, size_t len);

size_t writer_backlog(struct writer *writer); /* bytes taken and not yet written */

/* Waits until all is written. 0, or -errno as above. Accepts a pointer to NULL. */
int writer_free(struct writer **writer);

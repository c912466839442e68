/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One call in words: its name, its decoded arguments, what it returned.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "model/event.h"
#include "render/style.h"

enum call_flags {
	CALL_ZERO = 1, /* also say "= 0" of a call that has nothing else to return */
	CALL_BRIEF = 2, /* leave out what is the least needed: socket(…, SOCK_STREAM) */
	CALL_FULL = 4, /* flags too, and the address of connect() */
};

/* "listen(3, 5) = 0", "bind(3, 127.0.0.1:80) EADDRINUSE", "send(4) = 26",
 * "send(4) ×3 = 1.2 MB", "closed" for a release nobody called for. Calls only. */
void call_print(const struct style *style, const struct event *event, unsigned flags,
		struct strbuf *out);

/* The same, with what the fds are: "accept(3<argument>) = 4<result>". "": nothing. */
void call_print_noted(const struct style *style, const struct event *event, unsigned flags,
		      const char *argument, const char *result, struct strbuf *out);

void errno_print(int32_t err, struct strbuf *out); /* "ECONNREFUSED", "errno 4711" */
bool errno_ordinary(int32_t err); /* how things go, not a failure: EAGAIN, EINPROGRESS, … */

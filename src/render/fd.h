/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the file descriptors of a call are, to stand after them as strace -y has it:
 *
 *     accept(3<tcp 0.0.0.0:8088>) = 4<10.0.0.7:53112>
 *     send(4<10.0.0.7:53112 → :8088>) = 26
 *
 * A connection is its route, from client to server whosever the fd is; of what accept()
 * made, the client's address says it all. Anything else is its protocol, and its address
 * where it has one. In a UNIX path < and > are escaped too: no name can end the brackets.
 */
#pragma once

#include <stdbool.h>

#include "base/strbuf.h"
#include "render/style.h"
#include "render/subject.h"

/* subject: of a call. Both append what stands between the brackets, or nothing where the call
 * has no such fd, or it is not known. brief: accept()'s listener by its port or path alone, of
 * a path the end, of socketpair() nothing. */
void fd_argument(const struct style *style, const struct subject *subject, bool brief,
		 struct strbuf *out);
void fd_result(const struct style *style, const struct subject *subject, bool brief,
	       struct strbuf *out);

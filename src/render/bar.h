/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The life of a connection as a bar on an axis of time: connecting, waiting in
 * the accept queue, being served.
 */
#pragma once

#include <stdint.h>

#include "base/strbuf.h"
#include "model/connection.h"
#include "render/style.h"

#define BAR_MAX 400

struct axis {
	int64_t from_ns, to_ns; /* to is later than from */
	unsigned width; /* columns, up to BAR_MAX */
};

/* The column of a time; times beyond the axis are at its ends. */
unsigned axis_column(const struct axis *axis, int64_t t_ns);

/* The axis' marks: "0      250ms     500ms", as wide as the axis. */
void axis_print(const struct style *style, const struct axis *axis, struct strbuf *out);

/* A bar as wide as the axis, blanks included. */
void bar_print(const struct style *style, const struct axis *axis,
	       const struct connection *connection, struct strbuf *out);

/* "─ connecting  ▒ in the accept queue  █ being served  ╳ SYN without an answer" */
void bar_legend(const struct style *style, struct strbuf *out);

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The live lines of one moment, put into the order of time before they are
 * written: a run of sends is known only when it ends, a call when it returns.
 */
#pragma once

#include <stdint.h>

#include "base/strbuf.h"
#include "base/vec.h"

struct line {
	int64_t t_ns;
	size_t start, len; /* in the text */
};

VEC_TYPE(line_list, struct line);

struct lines {
	struct strbuf text; /* append the next line here, then lines_end() */
	size_t ended; /* so much of the text is of lines */
	struct line_list timely; /* each as late as the one before it, or later */
	struct line_list late; /* than one that was told before */
	/* Appends what stands before a line of that moment, and goes by their order. */
	void (*begin)(void *context, int64_t t_ns, struct strbuf *out);
	void *context;
	struct strbuf ordered; /* where they are put in order, if they were not */
};

/* What was appended since the last call is of that moment: a line, or two. INT64_MAX: it is
 * no event's, comes last and has nothing before it. */
void lines_end(struct lines *lines, int64_t t_ns);

/* All lines in order, with what stands before them; its `error` says whether they are whole. Valid
 * until lines are appended or forgotten. */
const struct strbuf *lines_ordered(struct lines *lines);
void lines_forget(struct lines *lines);

void lines_release(struct lines *lines);

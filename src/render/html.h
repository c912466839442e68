/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A report: the viewer's page with a trace inside, one file that needs nothing else.
 */
#pragma once

#include <stdio.h>

struct html;

/* Writes the page up to where the trace stands. 0; -ENOSYS where the program was built
 * without the viewer; -errno. Nothing is said. `out` is borrowed until html_free(). */
int html_new(FILE *out, struct html **html);

/* What is written here is the trace: a document or NDJSON. Memory stays flat. */
FILE *html_data(struct html *html);

/* The trace is complete: writes the rest of the page. 0 or -errno. */
int html_finish(struct html *html);
void html_free(struct html **html);

/* The viewer alone, into which a trace is dropped. 0 or as html_new(). */
int html_write_empty(FILE *out);

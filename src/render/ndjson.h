/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The stream form of the document: a line per object, written as soon as it is
 * known, with flat memory. docs/FORMAT.md says which lines there are.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "analyze/finding.h"
#include "model/model.h"
#include "render/json_value.h"

struct ndjson {
	struct json json;
	const struct capture *capture; /* borrowed: of the model whose objects are written */
	bool started;                  /* the header line is out */
};

/* The capture may be empty yet: it is read for the header line, which the first other
 * line brings along, when host, target and probes are known. */
void ndjson_init(struct ndjson *writer, FILE *out, const struct capture *capture);

/* The lines. What goes wrong is remembered: ndjson_flush() tells. */
void ndjson_header(struct ndjson *writer); /* now, unless it is out */
void ndjson_process(struct ndjson *writer, const struct process *process);
void ndjson_listener(struct ndjson *writer, const struct listener *listener);
void ndjson_socket(struct ndjson *writer, const struct socket *socket);
void ndjson_connection(struct ndjson *writer, struct connection *connection); /* sorts its events */
void ndjson_finding(struct ndjson *writer, const struct finding *finding);
void ndjson_event(struct ndjson *writer, const struct event *event, const struct socket *socket,
		  const struct listener *listener, const struct connection *connection);

/* All connections of the model that are still open, for --interval. */
void ndjson_open_connections(struct ndjson *writer, const struct model *model);

/* All that the model still holds and no line has told the end of (a connection that was
 * retired had its line then), then the end line. After model_finish(). */
void ndjson_end(struct ndjson *writer, const struct model *model);
void ndjson_end_line(struct ndjson *writer); /* that one alone */

/* Makes the lines so far visible to whoever reads: to be called when no more records
 * are at hand. 0, or the first -errno (-EPIPE, -ENOSPC, …), not said. */
int ndjson_flush(struct ndjson *writer);
int ndjson_release(struct ndjson *writer); /* flushes and frees */

/* Callbacks that write each line as the model tells it, and have the model forget
 * what is over. Their context is the writer. */
struct model_watch ndjson_watch(struct ndjson *writer, bool with_events);

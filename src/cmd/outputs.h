/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The files of -o beside a live trace, and NDJSON on standard output: opened
 * before the trace begins, written while it runs or at its end.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "analyze/finding.h"
#include "capture/recording_write.h"
#include "model/model.h"
#include "opts.h"
#include "render/html.h"
#include "render/ndjson.h"

struct output {
	const char *path; /* "-": standard output */
	enum format format;
	FILE *stream; /* all but recordings */
	struct recording_writer *writer; /* recordings */
	struct html *html; /* reports */
	struct ndjson ndjson; /* also what a report holds */
	int64_t next_ns; /* when open connections are due again */
	bool failed; /* and it was said */
};

struct outputs {
	const struct options *options;
	const struct model *model;
	VEC(struct output *) items;
	int error; /* the first, said */
};

/* 0 or -errno, said. */
int outputs_open(struct outputs *outputs, const struct options *options, const struct model *model);

bool outputs_need_all(
	const struct outputs *outputs); /* one is written at the end, from everything */

/* While it runs. What goes wrong is said and remembered in `error`. */
void outputs_record(struct outputs *outputs, const void *record, size_t size);
void outputs_event(struct outputs *outputs, const struct event *event, const struct socket *socket,
		   const struct listener *listener, const struct connection *connection);
void outputs_connection(struct outputs *outputs, struct connection *connection);
void outputs_socket(struct outputs *outputs, struct socket *socket);
void outputs_process(struct outputs *outputs, const struct process *process);
void outputs_listener(struct outputs *outputs, const struct listener *listener);
void outputs_finding(struct outputs *outputs, const struct finding *finding);
void outputs_tick(struct outputs *outputs, int64_t now_ns);

/* After model_finish(). 0 or the first error. */
int outputs_finish(struct outputs *outputs);
void outputs_release(struct outputs *outputs);

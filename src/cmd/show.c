/* SPDX-License-Identifier: BSD-2-Clause
 *
 * socktrace show: the drawings of a recording, or with -c the summary of its calls.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cmd/cmd.h"
#include "cmd/diagnosis.h"
#include "cmd/feed.h"
#include "cmd/report.h"

/* Says that standard output could not be written, if that is what r is of. */
static int show_failed(int r)
{
	if (r && r != -ENOENT)
		log_err("cannot write to standard output: %s", strerror(-r));
	return r;
}

/* What is wrong, if anything is, after the drawings. */
static int show_verdicts(const struct options *options, const struct model *model)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	struct diagnosis diagnosis;
	int r;

	diagnosis_init(&diagnosis, options, model);
	r = diagnosis_report(&diagnosis, false, &text);
	if (!r && text.len)
		r = printf("\n%s", strbuf_text(&text)) < 0 || fflush(stdout) ? -errno : 0;
	return r;
}

static void on_event(void *context, const struct event *event, const struct socket *socket,
		     const struct listener *listener, const struct connection *connection)
{
	(void)listener;
	(void)connection;
	call_stats_add(context, event, socket);
}

/* All is counted by then: nothing is kept of what is over. */
static bool on_retire(void *context, struct connection *connection)
{
	(void)context;
	(void)connection;
	return false;
}

static bool on_retire_socket(void *context, struct socket *socket)
{
	(void)context;
	(void)socket;
	return false;
}

static int show_calls(const struct options *options, struct call_stats *stats)
{
	struct model_watch watch = {.context = stats,
				    .event = on_event,
				    .retire = on_retire,
				    .retire_socket = on_retire_socket};
	struct model *model;
	int r = model_new(&model, &watch);

	if (r)
		return r;
	r = feed_recording(model, options->file);
	if (!r)
		r = show_failed(report_calls(options, stats, model, stdout));
	model_free(&model);
	return r;
}

static int show_drawings(const struct options *options)
{
	struct model_watch watch = {0};
	struct model *model;
	int r = model_new(&model, &watch);

	if (r)
		return r;
	r = feed_recording(model, options->file);
	if (!r) {
		r = report_write(options, model, stdout);
		if (!r && !options->connection)
			r = show_verdicts(options, model);
		r = show_failed(r);
	}
	model_free(&model);
	return r;
}

int cmd_show(const struct options *options)
{
	struct call_stats *stats;
	int r;

	if (!options->count)
		return show_drawings(options) ? STATUS_FAILED : STATUS_OK;
	stats = calloc(1, sizeof(*stats));
	r = stats ? show_calls(options, stats) : -ENOMEM;
	free(stats);
	return r ? STATUS_FAILED : STATUS_OK;
}

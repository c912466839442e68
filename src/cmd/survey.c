/* SPDX-License-Identifier: BSD-2-Clause
 *
 * socktrace alone: every listener of the machine for a few seconds, the worst first.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "cmd/cmd.h"
#include "cmd/diagnosis.h"
#include "cmd/feed.h"
#include "cmd/keep.h"
#include "cmd/outputs.h"
#include "cmd/session.h"
#include "render/sentence.h"
#include "render/survey.h"

struct look {
	struct model *model;
	struct keep keep;
};

static bool on_retire(void *context, struct connection *connection)
{
	struct look *look = context;

	return keep_connection(&look->keep, look->model, connection);
}

static bool on_retire_socket(void *context, struct socket *socket)
{
	(void)context;
	(void)socket;
	return false;
}

static int on_record(void *context, const void *record, size_t size)
{
	return feed_record(((struct look *)context)->model, record, size);
}

static int on_tick(void *context, int64_t now_ns)
{
	(void)context;
	(void)now_ns;
	return 0;
}

static int print_table(const struct options *options, const struct model *model)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	struct findings findings;
	struct style style;
	int r = findings_of(model, &findings);

	if (r)
		return r;
	style_init(&style, STDOUT_FILENO, options->color, options->ascii);
	r = survey(&style, &findings, &text);
	findings_release(&findings);
	strbuf_add_char(&text, '\n');
	sentence_completeness(&style, &model->capture, &text);
	strbuf_add(&text, "\nsocktrace diagnose -p PID says why, and what to do.\n");
	if (!r)
		r = text.error;
	if (!r && (fwrite(strbuf_text(&text), 1, text.len, stdout) != text.len || fflush(stdout)))
		r = -errno;
	return r;
}

/* Without BPF there are no verdicts: how the queues stand is all. */
static int print_standings(const struct options *options, const struct model *model)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	struct diagnosis diagnosis;
	int r;

	diagnosis_init(&diagnosis, options, model);
	r = diagnosis_report(&diagnosis, true, &text);
	if (!r && (fwrite(strbuf_text(&text), 1, text.len, stdout) != text.len || fflush(stdout)))
		r = -errno;
	return r;
}

static int print_lines(const struct options *options, const struct model *model)
{
	struct outputs outputs = {0};
	int r = outputs_open(&outputs, options, model);

	if (!r)
		r = outputs_finish(&outputs);
	outputs_release(&outputs);
	return r;
}

int cmd_survey(const struct options *options)
{
	struct look look = {0};
	struct model_watch watch = {
		.context = &look, .retire = on_retire, .retire_socket = on_retire_socket};
	struct session session = {0};
	int r = model_new(&look.model, &watch);

	if (r)
		return STATUS_FAILED;
	look.model->connection_events_max = 16;
	r = session_open(&session, options, on_record, &look);
	if (!r)
		r = session_run(&session, on_tick, &look);
	if (!r) {
		model_finish(look.model);
		r = options->json          ? print_lines(options, look.model)
		    : session.unprivileged ? print_standings(options, look.model)
					   : print_table(options, look.model);
		if (r)
			log_err("cannot write to standard output: %s", strerror(-r));
	}
	r = session_status(&session, r);
	session_close(&session);
	model_free(&look.model);
	return r;
}

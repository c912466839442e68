/* SPDX-License-Identifier: BSD-2-Clause
 *
 * socktrace diagnose: the verdicts, of a recording or live. Live it is a trace that prints
 * them instead of lines and drawings.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cmd/cmd.h"
#include "cmd/diagnosis.h"
#include "cmd/feed.h"

static int write_report(struct diagnosis *diagnosis)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	int r = diagnosis_report(diagnosis, true, &text);

	if (!r && (fwrite(strbuf_text(&text), 1, text.len, stdout) != text.len || fflush(stdout)))
		r = log_err_r(-errno, "cannot write to standard output: %s", strerror(errno));
	return r;
}

static int write_lines(const struct options *options, struct diagnosis *diagnosis)
{
	struct strbuf unused strbuf_cleanup = STRBUF_INIT;
	struct outputs outputs = {0};
	int r = outputs_open(&outputs, options, diagnosis->model);

	if (!r)
		r = outputs_finish(&outputs);
	if (!r)
		r = diagnosis_report(diagnosis, true, &unused);
	outputs_release(&outputs);
	return r;
}

static int diagnose_file(const struct options *options)
{
	struct diagnosis diagnosis;
	struct model *model;
	int r = model_new(&model, NULL);

	if (r)
		return STATUS_FAILED;
	diagnosis_init(&diagnosis, options, model);
	r = feed_recording(model, options->file);
	if (!r)
		r = options->json ? write_lines(options, &diagnosis) : write_report(&diagnosis);
	model_free(&model);
	return r ? STATUS_FAILED : diagnosis_status(&diagnosis);
}

int cmd_diagnose(const struct options *options)
{
	return options->file ? diagnose_file(options) : cmd_trace(options);
}

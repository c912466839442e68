/* SPDX-License-Identifier: BSD-2-Clause
 *
 * socktrace show: the drawings of a recording.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cmd/cmd.h"
#include "cmd/diagnosis.h"
#include "cmd/feed.h"
#include "cmd/report.h"

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

int cmd_show(const struct options *options)
{
	struct model_watch watch = {0};
	struct model *model;
	int r = model_new(&model, &watch);

	if (r)
		return STATUS_FAILED;
	r = feed_recording(model, options->file);
	if (!r) {
		r = report_write(options, model, stdout);
		if (!r && !options->connection)
			r = show_verdicts(options, model);
		if (r && r != -ENOENT)
			log_err("cannot write to standard output: %s", strerror(-r));
	}
	model_free(&model);
	return r ? STATUS_FAILED : STATUS_OK;
}

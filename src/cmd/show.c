/* SPDX-License-Identifier: BSD-2-Clause
 *
 * socktrace show: the drawings of a recording.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cmd/cmd.h"
#include "cmd/feed.h"
#include "cmd/report.h"

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
		if (r && r != -ENOENT)
			log_err("cannot write to standard output: %s", strerror(-r));
	}
	model_free(&model);
	return r ? STATUS_FAILED : STATUS_OK;
}

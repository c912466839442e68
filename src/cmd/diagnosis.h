/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Findings on their way out: as episodes end while a capture runs, and all of them at the
 * end; and what they make of the exit status.
 */
#pragma once

#include <stdio.h>

#include "cmd/outputs.h"
#include "opts.h"

struct diagnosis {
	const struct options *options;
	const struct model *model;
	struct style style;
	int64_t checked_ns; /* capture time of the last look */
	enum severity worst; /* of all told at the end */
	bool unsure; /* losses, or nothing here sees drops */
};

void diagnosis_init(struct diagnosis *diagnosis, const struct options *options,
		    const struct model *model);

/* To be called while records come, with the time by the monotonic clock. Episodes that have
 * ended since the last look go to outputs; their text is appended to out, unless it is NULL.
 * 0 or -ENOMEM. */
int diagnosis_tick(struct diagnosis *diagnosis, int64_t now_ns, struct outputs *outputs,
		   struct strbuf *out);

/* After model_finish(): appends the verdicts; healthy listeners only where all is asked for.
 * 0 or -ENOMEM. */
int diagnosis_report(struct diagnosis *diagnosis, bool all, struct strbuf *out);

/* With --exit-code, what a status of 0 becomes. */
int diagnosis_status(const struct diagnosis *diagnosis);

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * socktrace check: how each row of the probe plan would run here.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/log.h"
#include "capture/probes.h"
#include "cmd/cmd.h"
#include "cmd/detach.h"

static void print_row(const struct probes *probes, enum plan_row row)
{
	const char *method = probes_row_method(probes, row);

	if (method)
		printf("%-26s  %s\n", probes_row_name(row), method);
	else
		printf("%-26s  not here: %s\n", probes_row_name(row), probes_row_without(row));
}

static void free_probes(void *probes)
{
	struct probes *own = probes;

	probes_free(&own);
}

int cmd_check(const struct options *options)
{
	struct source_options source = options->source;
	struct probes *probes;
	struct utsname kernel;
	int r;

	source.data_calls = true;
	r = probes_load(&source, &probes);
	if (r)
		return STATUS_FAILED;
	r = probes_attach(probes);
	if (!uname(&kernel))
		printf("Linux %s %s\n\n", kernel.release, kernel.machine);
	for (int row = 0; row < ROW_MAX && !r; row++)
		print_row(probes, row);
	if (!r && fflush(stdout))
		r = log_err_r(-errno, "cannot write to standard output: %s", strerror(errno));
	detach_aside(free_probes, probes);
	return r ? STATUS_FAILED : STATUS_OK;
}

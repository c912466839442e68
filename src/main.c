/* SPDX-License-Identifier: BSD-2-Clause
 *
 * argv → options → a command. Only here does the program exit.
 */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cmd/cmd.h"
#include "version.h"

static int print(const char *text)
{
	if (fputs(text, stdout) >= 0 && !fflush(stdout))
		return STATUS_OK;
	log_err("cannot write to standard output: %s", strerror(errno));
	return STATUS_FAILED;
}

static int run(const struct options *options)
{
	switch (options->command) {
	case COMMAND_TRACE:
		return cmd_trace(options);
	case COMMAND_RECORD:
		return cmd_record(options);
	case COMMAND_SHOW:
		return cmd_show(options);
	case COMMAND_EXPORT:
		return cmd_export(options);
	case COMMAND_VIEW:
		return cmd_view(options);
	case COMMAND_SURVEY:
		return cmd_survey(options);
	case COMMAND_DIAGNOSE:
		return cmd_diagnose(options);
	case COMMAND_CHECK:
		return cmd_check(options);
	case COMMAND_LIST:
		return cmd_list(options);
	case COMMAND_SET_BACKLOG:
		return cmd_set_backlog(options);
	case COMMAND_VERSION:
		return print("socktrace " SOCKTRACE_VERSION "\n");
	default:
		return print(options_usage);
	}
}

int main(int argc, char **argv)
{
	struct options options;
	int status = STATUS_USAGE;

	setlocale(LC_CTYPE, "");
	if (!options_parse(argc, argv, &options))
		status = run(&options);
	options_release(&options);
	return status;
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the log level and the one line per message; knows no other output.
 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

static enum log_level max_level = LOG_WARNING;

void log_set_level(enum log_level level)
{
	max_level = level;
}

bool log_wants(enum log_level level)
{
	return level <= max_level;
}

void log_print(enum log_level level, const char *format, ...)
{
	va_list args;
	char line[1024];

	if (!log_wants(level))
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	/* One write: lines of several processes do not mix. */
	fprintf(stderr, "socktrace: %s\n", line);
}

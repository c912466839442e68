/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Checks each value by itself; knows no option.
 */
#include "opts_value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

int value_number(const char *what, const char *text, unsigned long min, unsigned long max,
		 unsigned long *out)
{
	char *end;

	errno = 0;
	*out = strtoul(text, &end, 10);
	if (errno || end == text || *end || text[0] == '-' || *out < min || *out > max)
		return log_err_r(-EINVAL, "%s takes a number from %lu to %lu, not \"%s\"", what,
				 min, max, text);
	return 0;
}

int value_time(const char *what, const char *text, int64_t *out)
{
	char *end;
	double value = strtod(text, &end);

	if (*end == 'm')
		value *= 60;
	if (end == text || (*end && strcmp(end, "s") && strcmp(end, "m")) || !(value >= 1e-9) ||
	    value > 1e9)
		return log_err_r(-EINVAL, "%s takes a time such as 0.5, 10 or 2m, not \"%s\"", what,
				 text);
	*out = value * 1e9;
	return 0;
}

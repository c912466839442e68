/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the spelling of SOCKTRACE_FIRST_WAY; knows no row.
 */
#include "capture/first_way.h"

#include <stdlib.h>
#include <string.h>

int first_way(const char *text, const char *row)
{
	size_t len = strlen(row);

	while (text) {
		if (!strncmp(text, row, len) && text[len] == '=')
			return atoi(text + len + 1) > 1 ? atoi(text + len + 1) - 1 : 0;
		text = strchr(text, ';');
		if (text)
			text++;
	}
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns that one field of the header; looks at nothing else.
 */
#include "capture/runs_mend.h"

#include <string.h>

const struct st_header *runs_mend(struct st_runs *copy, const void *record, size_t size)
{
	const struct st_header *header = record;

	if (header->size == size || header->type != ST_RUNS || size < ST_RUNS_SIZE(0) ||
	    size > sizeof(*copy))
		return header;
	memcpy(copy, record, size);
	copy->h.size = size;
	return &copy->h;
}

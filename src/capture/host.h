/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The records that open a stream: where and when it was made, what was asked for.
 */
#pragma once

#include "socktrace/record.h"

struct source_options;

void host_record(struct st_host *out);
/* data_mode: "off", "runs" or "events": what is done, not what was asked for. */
void target_record(struct st_target *out, const struct source_options *options,
		   const char *data_mode);

/* Sets type, size and time of a record that user space writes. */
void record_stamp(struct st_header *header, enum st_type type, unsigned size);

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The commands. Each returns the exit status and has said what went wrong.
 */
#pragma once

#include "opts.h"

#define STATUS_OK 0
#define STATUS_FAILED 1
#define STATUS_USAGE 2
#define STATUS_FOUND 3 /* --exit-code: a finding that is more than information */
#define STATUS_UNSURE 4 /* --exit-code: none, but not everything could be seen */

int cmd_trace(const struct options *options);
int cmd_record(const struct options *options);
int cmd_show(const struct options *options);
int cmd_export(const struct options *options);
int cmd_view(const struct options *options);
int cmd_survey(const struct options *options);
int cmd_diagnose(const struct options *options);
int cmd_check(const struct options *options);
int cmd_list(const struct options *options);
int cmd_set_backlog(const struct options *options);

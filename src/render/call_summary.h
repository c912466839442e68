/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What calls there were: how many, with which errors, how many bytes, how long they took.
 *
 *     CALL                  COUNT  ERRORS     BYTES  ELAPSED  MEDIAN     P99     MAX
 *     accept                   12       2               2.1s   1.9ms   300ms    1.9s
 *       EAGAIN                          2
 *
 * Where the terminal is too narrow P99 goes first, then MEDIAN, MAX and BYTES.
 */
#pragma once

#include "analyze/call_stats.h"
#include "base/strbuf.h"
#include "model/model.h"
#include "render/style.h"

void call_summary(const struct style *style, const struct call_stats *stats,
		  const struct capture *capture, struct strbuf *out);

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The end of a live line: whose socket it is, and what more is to say of the event.
 */
#pragma once

#include "base/strbuf.h"
#include "render/live.h"
#include "render/subject.h"

#define LONG_CALL_NS 1000000LL /* from here on a duration tells something */

/* Appends the note, or nothing. The first one of a connection also says between whom it is. */
void live_note(struct live *live, const struct subject *subject, struct strbuf *out);

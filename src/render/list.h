/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The listeners as a table, for eyes that know ss: how full, how large, how many turned
 * away, where, whose.
 */
#pragma once

#include "model/model.h"
#include "render/style.h"

struct list_options {
	bool clip; /* to style.width: what was cut ends in an ellipsis; else as wide as it is */
	uint32_t netns; /* listeners in others say so; 0: not known */
	bool hidden; /* owners may be hidden from us: one without is "?" */
};

/* Appends the table, TCP by port and address before UNIX by path. 0 or -ENOMEM. */
int list(const struct style *style, const struct model *model, const struct list_options *options,
	 struct strbuf *out);

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Private to src/model: what each kind of record about sockets does to the model.
 */
#pragma once

#include "model/index.h"

/* path: the name that came with it, path_len 0: none. */
void call_apply(struct model *model, const struct st_call *call, const char *path, size_t path_len);
void data_apply(struct model *model, const struct st_data *data);
void runs_apply(struct model *model, const struct st_runs *runs);
void empty_apply(struct model *model, const struct st_empty *empty);
void data_call_apply(struct model *model, const struct st_data_call *call);
void seen_apply(struct model *model, const struct st_seen *seen);
void drop_apply(struct model *model, const struct st_drop *drop);
void reading_apply(struct model *model, const struct st_listener *reading);
void netns_apply(struct model *model, const struct st_netns *netns);
void release_apply(struct model *model, const struct st_release *release);

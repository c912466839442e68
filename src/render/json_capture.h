/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a document says of the capture itself: where, how, and what is missing.
 */
#pragma once

#include "model/model.h"
#include "render/json_value.h"

/* The members host, capture and loss; duration_ns is null until the capture is over. */
void json_host_member(struct json *json, const struct capture *capture);
void json_capture_member(struct json *json, const struct capture *capture, bool over);
void json_loss_member(struct json *json, const struct capture *capture);

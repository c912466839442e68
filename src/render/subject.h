/* SPDX-License-Identifier: BSD-2-Clause
 *
 * An event and what it belongs to, as model_watch.event() tells of it.
 */
#pragma once

#include "model/model.h"

struct subject {
	const struct event *event;
	const struct socket *socket; /* may be NULL, as the others below */
	const struct listener *listener;
	const struct connection *connection;
};

/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Private to the flowchart: the rows of a connection's beginning.
 */
#pragma once

#include "render/flowchart_row.h"

/* Each fills the row of its event; connect() and the client's handshake take the
 * steps that belong into the same row. */
void walk_connect(struct walk *walk, struct flow_row *row, const struct flow_step *step);
void walk_drop(struct walk *walk, struct flow_row *row, const struct flow_step *step);
void walk_syn(struct walk *walk, struct flow_row *row, const struct flow_step *step);
void walk_established(struct walk *walk, struct flow_row *row, const struct flow_step *step);
void walk_accept(struct walk *walk, struct flow_row *row, const struct flow_step *step);

/* A row of its own: connect() comes back with what went wrong. */
void walk_return(struct walk *walk, const struct flow_step *step);

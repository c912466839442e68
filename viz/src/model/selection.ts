// SPDX-License-Identifier: BSD-2-Clause
//
// What the viewer can have selected: one object of the trace, by kind and id.

import type { Id } from "../format/types";

export type SelectionKind =
  | "connection" | "listener" | "acceptor" | "process" | "socket" | "finding";

export interface Selection {
  kind: SelectionKind;
  id: Id;
}

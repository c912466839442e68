// SPDX-License-Identifier: BSD-2-Clause
//
// Accepting threads as things that can be selected. The document gives them no id: ours is
// "listener.process.thread", and with ".N" it means the thread's segment N.

import type { Acceptor, Id, Segment } from "../format/types";
import type { Trace } from "./trace";

export function acceptorId({ listener, process, tid }: Acceptor, segment?: number): Id {
  const id = `${listener}.${process ?? ""}.${tid}`;
  return segment === undefined ? id : `${id}.${segment}`;
}

export interface FoundAcceptor {
  acceptor: Acceptor;
  /** Null: the thread as such. */
  segment: Segment | null;
}

export function findAcceptor({ acceptors }: Trace, id: Id): FoundAcceptor | undefined {
  const [listener, process, tid, segment] = id.split(".");
  const wanted = [listener, process, tid].join(".");
  const acceptor = acceptors.find((each) => acceptorId(each) === wanted);
  if (!acceptor) return undefined;
  return { acceptor, segment: acceptor.segments[Number(segment ?? NaN)] ?? null };
}

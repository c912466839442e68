// SPDX-License-Identifier: BSD-2-Clause
//
// How many connections there were at a time, over the whole trace: the picture one navigates in.

import type { Trace } from "../model/trace";
import { Strip } from "./strip";
import { type View, xOf } from "./view";
import { addRow } from "./bands";

export interface Load {
  /** Per pixel, the most connections that were open at once. */
  open: Float32Array;
  /** Per pixel, the worst kind that any of them shows there. */
  kinds: Uint8Array;
}

export function layoutLoad(trace: Trace, rows: Uint32Array, view: View): Load {
  const { width } = view;
  const starts = new Float64Array(rows.length);
  const ends = new Float64Array(rows.length);
  const strip = new Strip(width);
  const kinds = new Uint8Array(width);
  for (let i = 0; i < rows.length; i++) {
    starts[i] = trace.connections.start_ns.data[rows[i]];
    ends[i] = trace.connections.end_ns.get(rows[i]) ?? Infinity;
    addRow(strip, trace, rows[i], view);
  }
  strip.resolve(kinds, 0);
  return { open: mostOpen(starts.sort(), ends.sort(), view), kinds };
}

/** Walks both ascending lists; at equal times one closes after the other opens. */
function mostOpen(starts: Float64Array, ends: Float64Array, view: View): Float32Array {
  const most = new Float32Array(view.width);
  let open = 0;
  let closed = 0;
  let from = 0;
  while (open < starts.length || (closed < ends.length && ends[closed] < Infinity)) {
    const opens = open < starts.length && starts[open] <= ends[closed];
    const time = opens ? starts[open++] : ends[closed++];
    const x = Math.min(Math.max(Math.floor(xOf(view, time)), 0), view.width - 1);
    const before = opens ? open - closed - 1 : open - closed + 1;
    for (; from < x; from++) most[from] = Math.max(most[from], before);
    most[x] = Math.max(most[x], before, open - closed);
  }
  for (; from < view.width; from++) most[from] = Math.max(most[from], open - closed);
  return most;
}

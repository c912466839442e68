// SPDX-License-Identifier: BSD-2-Clause
//
// The stretches and moments of all connections, worked out once: every frame asks for them.

import { type Kind, Rank, rank } from "./kind";
import { phasesOf } from "./phases";
import type { Trace } from "./trace";

/** Those of connection row i are at first[i] to before first[i + 1]. */
export interface Spans {
  first: Uint32Array;
  kind: Uint8Array;
  start: Float64Array;
  end: Float64Array;
  /** Per connection: the worst of them. */
  ranks: Uint8Array;
}

export function spansOf(trace: Trace): Spans {
  const count = trace.connectionCount;
  const first = new Uint32Array(count + 1);
  const ranks = new Uint8Array(count);
  let room = count * 4 + trace.notable.length + 16;
  let kinds = new Uint8Array(room);
  let starts = new Float64Array(room);
  let ends = new Float64Array(room);
  let length = 0;
  let worst: Rank = Rank.Nothing;
  const take = (kind: Kind, start: number, end: number) => {
    if (length === room) {
      room *= 2;
      kinds = copyOf(kinds, new Uint8Array(room));
      starts = copyOf(starts, new Float64Array(room));
      ends = copyOf(ends, new Float64Array(room));
    }
    kinds[length] = kind;
    starts[length] = start;
    ends[length++] = end;
    worst = Math.max(worst, rank(kind));
  };
  for (let row = 0; row < count; row++) {
    worst = Rank.Nothing;
    phasesOf(trace, row, take);
    ranks[row] = worst;
    first[row + 1] = length;
  }
  return {
    first, ranks, kind: kinds.slice(0, length), start: starts.slice(0, length),
    end: ends.slice(0, length),
  };
}

function copyOf<T extends Uint8Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

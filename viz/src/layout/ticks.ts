// SPDX-License-Identifier: BSD-2-Clause
//
// The sends and receives of one connection as marks per pixel. A connection may have a million of
// them: pixels ask summaries of blocks of events where many fall into one.

import { Mark } from "../model/kind";
import { lowerBound } from "../model/phases";
import type { Trace } from "../model/trace";
import { timeAt, type View, xOf } from "./view";

const BLOCK = 64;
const WAYS = [Mark.ToServer, Mark.ToClient] as const;

/** Per block of events and way: when the last of its runs ends; -Infinity: it has none. */
export interface EventBlocks {
  ends: [Float64Array, Float64Array];
}

export function eventBlocks(trace: Trace): EventBlocks {
  const count = Math.ceil(trace.eventCount / BLOCK);
  const ends = WAYS.map(() => new Float64Array(count).fill(-Infinity));
  for (let row = 0; row < trace.eventCount; row++) {
    const block = Math.floor(row / BLOCK);
    for (let way = 0; way < 2; way++) {
      if (trace.marks[row] & WAYS[way]) {
        ends[way][block] = Math.max(ends[way][block], endOf(trace, row));
      }
    }
  }
  return { ends: ends as [Float64Array, Float64Array] };
}

function endOf({ events }: Trace, row: number): number {
  return events.t_ns.data[row] + (events.duration_ns.get(row) ?? 0);
}

/** When the last run of a way in events `from` to before `to` ends; -Infinity: there is none. */
function lastEnd(trace: Trace, blocks: EventBlocks, way: number, from: number, to: number): number {
  let end = -Infinity;
  for (let row = from; row < to;) {
    if (row % BLOCK === 0 && row + BLOCK <= to) {
      end = Math.max(end, blocks.ends[way][row / BLOCK]);
      row += BLOCK;
    } else {
      if (trace.marks[row] & WAYS[way]) end = Math.max(end, endOf(trace, row));
      row += 1;
    }
  }
  return end;
}

/** Sets in each of `cells` (a view's width of them) the ways in which data went in that pixel. */
export function layoutTicks(
  trace: Trace,
  blocks: EventBlocks,
  row: number,
  view: View,
  cells: Uint8Array,
): void {
  cells.fill(0);
  const times = trace.events.t_ns.data;
  const [first, last] = trace.eventRows(row);
  const before = lowerBound(times, view.start, first, last);
  for (let way = 0; way < 2; way++) {
    mark(cells, WAYS[way], 0, xOf(view, lastEnd(trace, blocks, way, first, before)));
    for (let at = before; at < last && times[at] <= view.end;) {
      const x = Math.min(Math.floor(xOf(view, times[at])), view.width - 1);
      const next = Math.max(lowerBound(times, timeAt(view, x + 1), at, last), at + 1);
      const end = lastEnd(trace, blocks, way, at, next);
      if (end > -Infinity) mark(cells, WAYS[way], x, Math.max(xOf(view, end), x + LEAST));
      at = next;
    }
  }
}

const LEAST = 1e-3;

/** Marks the pixels that `from` to before `to` touches. */
function mark(cells: Uint8Array, way: Mark, from: number, to: number): void {
  for (let x = from; x < Math.min(to, cells.length); x++) cells[x] |= way;
}

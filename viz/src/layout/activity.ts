// SPDX-License-Identifier: BSD-2-Clause
//
// What the accepting threads of a listener did, as rows of pixels beneath its queue: a row each
// while they are few, else several in one, of which the worst shows.

import { ACT_RANKS, type Activity } from "../model/acts";
import { lowerBound } from "../model/phases";
import { Strip } from "./strip";
import { type View, xOf } from "./view";

/** Rows of threads that accepted; those that never did share one more. */
const MOST_ROWS = 4;

export interface ActRow {
  title: string;
  threads: Activity[];
}

export function actRows(activities: Activity[]): ActRow[] {
  const accepting = activities.filter(({ acceptor }) => acceptor.accepted > 0);
  const others = activities.filter(({ acceptor }) => acceptor.accepted === 0);
  const per = Math.ceil(accepting.length / MOST_ROWS);
  const rows: ActRow[] = [];
  for (let at = 0; at < accepting.length; at += per) {
    const threads = accepting.slice(at, at + per);
    rows.push({ title: titleOf(threads, "threads"), threads });
  }
  if (others.length > 0) {
    rows.push({ title: titleOf(others, "threads that accepted nothing"), threads: others });
  }
  return rows;
}

function titleOf(threads: Activity[], many: string): string {
  if (threads.length > 1) return `${threads.length} ${many}`;
  return `thread ${threads[0].acceptor.tid}`;
}

/** The first segment that ends at `time` or later. */
function firstIn({ end }: Activity, time: number): number {
  return lowerBound(end, time);
}

/** Makes the Act of each pixel of a row; the array is good until the next call. */
export class ActCells {
  private cells = new Uint8Array(0);
  private strip = new Strip(1, ACT_RANKS);

  layout({ threads }: ActRow, view: View): Uint8Array {
    const { width } = view;
    if (this.cells.length !== width) {
      this.cells = new Uint8Array(width);
      this.strip = new Strip(width, ACT_RANKS);
    }
    for (const thread of threads) {
      const { act, start, end } = thread;
      for (let i = firstIn(thread, view.start); i < act.length && start[i] <= view.end; i++) {
        this.strip.add(act[i], xOf(view, start[i]), xOf(view, end[i]));
      }
    }
    this.strip.resolve(this.cells, 0);
    return this.cells;
  }
}

export interface ActHit {
  activity: Activity;
  /** Of its segments. */
  segment: number;
}

/** The worst segment within `reach` pixels, among equals the longest; null: none is there. */
export function actAt(row: ActRow, view: View, x: number, reach: number): ActHit | null {
  const perPixel = (view.end - view.start) / view.width;
  const from = view.start + (x - reach) * perPixel;
  const to = view.start + (x + reach) * perPixel;
  let found: ActHit | null = null;
  let best = -1;
  for (const activity of row.threads) {
    const { act, start, end } = activity;
    for (let i = firstIn(activity, from); i < act.length && start[i] <= to; i++) {
      const weight = ACT_RANKS[act[i]] * 1e18 + end[i] - start[i];
      if (weight <= best) continue;
      best = weight;
      found = { activity, segment: i };
    }
  }
  return found;
}

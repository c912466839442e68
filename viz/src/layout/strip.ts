// SPDX-License-Identifier: BSD-2-Clause
//
// A strip of pixels in which many stretches and moments become one colour each: the most severe
// kind that lies in the pixel, and among equally severe ones the one that fills most of it.
// Nothing is too short to be there. Kinds are numbers from 1; what they mean it does not know.

import { KIND_RANKS } from "../model/kind";

/** What a moment weighs, in pixels. */
const LEAST = 1 / 1024;

export class Strip {
  readonly width: number;
  // Per kind, what the pixels hold of it in part, and where runs of whole pixels begin and end.
  private parts: Float32Array;
  private changes: Float32Array;
  private low: Int32Array;
  private high: Int32Array;
  private best: Float32Array;
  private ranks: Uint8Array;

  /** `ranks` says how severe each kind is. */
  constructor(width: number, ranks = KIND_RANKS) {
    const kinds = ranks.length;
    this.width = width;
    this.ranks = ranks;
    this.low = new Int32Array(kinds);
    this.high = new Int32Array(kinds);
    this.parts = new Float32Array(kinds * (width + 1));
    this.changes = new Float32Array(kinds * (width + 1));
    this.best = new Float32Array(width);
    this.low.fill(width);
    this.high.fill(-1);
  }

  /** Adds a stretch from `from` to `to`, in pixels; what is outside of the strip does not count. */
  add(kind: number, from: number, to: number): void {
    const { width } = this;
    if (to < 0 || from > width || (to === 0 && from < 0)) return;
    const base = kind * (width + 1);
    const left = Math.max(from, 0);
    const right = Math.min(to, width);
    const first = Math.min(Math.floor(left), width - 1);
    const last = Math.min(Math.max(Math.ceil(right) - 1, first), width - 1);
    if (first === last) {
      this.parts[base + first] += Math.max(right - left, LEAST);
    } else {
      this.parts[base + first] += first + 1 - left;
      this.parts[base + last] += right - last;
      this.changes[base + first + 1] += 1;
      this.changes[base + last] -= 1;
    }
    if (first < this.low[kind]) this.low[kind] = first;
    if (last > this.high[kind]) this.high[kind] = last;
  }

  /** Writes the kind of each pixel to `cells` from `at` on, and empties the strip. */
  resolve(cells: Uint8Array, at: number): void {
    cells.fill(0, at, at + this.width);
    this.best.fill(0);
    for (let kind = 1; kind < this.ranks.length; kind++) {
      if (this.high[kind] >= 0) this.resolveKind(kind, cells, at);
    }
    this.low.fill(this.width);
    this.high.fill(-1);
  }

  private resolveKind(kind: number, cells: Uint8Array, at: number): void {
    const { parts, changes, best, ranks } = this;
    const base = kind * (this.width + 1);
    const severity = ranks[kind];
    let whole = 0;
    for (let x = this.low[kind], high = this.high[kind]; x <= high; x++) {
      whole += changes[base + x];
      const weight = whole + parts[base + x];
      changes[base + x] = 0;
      parts[base + x] = 0;
      if (weight <= 0) continue;
      const present = ranks[cells[at + x]];
      if (severity > present || (severity === present && weight >= best[x])) {
        cells[at + x] = kind;
        best[x] = weight;
      }
    }
  }
}

/** Calls `take` for every run of equal, not empty cells. */
export function eachRun(
  cells: Uint8Array,
  at: number,
  width: number,
  take: (kind: number, from: number, to: number) => void,
): void {
  for (let x = 0; x < width;) {
    const kind = cells[at + x];
    const from = x;
    while (x < width && cells[at + x] === kind) x += 1;
    if (kind !== 0) take(kind, from, x);
  }
}

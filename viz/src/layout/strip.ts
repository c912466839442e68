// SPDX-License-Identifier: BSD-2-Clause
//
// A strip of pixels in which many stretches and moments become one colour each: the most severe
// kind that lies in the pixel, and among equally severe ones the one that fills most of it.
// Nothing is too short to be there.

import { type Kind, KINDS, rank } from "../model/kind";

/** What a moment weighs, in pixels. */
const LEAST = 1 / 1024;

export class Strip {
  readonly width: number;
  // Per kind, what the pixels hold of it in part, and where runs of whole pixels begin and end.
  private parts: Float32Array;
  private changes: Float32Array;
  private low = new Int32Array(KINDS);
  private high = new Int32Array(KINDS);
  private best: Float32Array;

  constructor(width: number) {
    this.width = width;
    this.parts = new Float32Array(KINDS * (width + 1));
    this.changes = new Float32Array(KINDS * (width + 1));
    this.best = new Float32Array(width);
    this.low.fill(width);
    this.high.fill(-1);
  }

  /** Adds a stretch from `from` to `to`, in pixels; what is outside of the strip does not count. */
  add(kind: Kind, from: number, to: number): void {
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
    for (let kind = 1; kind < KINDS; kind++) {
      if (this.high[kind] >= 0) this.resolveKind(kind, cells, at);
    }
    this.low.fill(this.width);
    this.high.fill(-1);
  }

  private resolveKind(kind: Kind, cells: Uint8Array, at: number): void {
    const { parts, changes, best } = this;
    const base = kind * (this.width + 1);
    const severity = rank(kind);
    let whole = 0;
    for (let x = this.low[kind], high = this.high[kind]; x <= high; x++) {
      whole += changes[base + x];
      const weight = whole + parts[base + x];
      changes[base + x] = 0;
      parts[base + x] = 0;
      if (weight <= 0) continue;
      const present = rank(cells[at + x]);
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
  take: (kind: Kind, from: number, to: number) => void,
): void {
  for (let x = 0; x < width;) {
    const kind = cells[at + x];
    const from = x;
    while (x < width && cells[at + x] === kind) x += 1;
    if (kind !== 0) take(kind, from, x);
  }
}

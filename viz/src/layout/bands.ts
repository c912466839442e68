// SPDX-License-Identifier: BSD-2-Clause
//
// Connections → bands of pixels: one each while there is room, else several in one.

import type { Trace } from "../model/trace";
import { Strip } from "./strip";
import { type View, xOf } from "./view";

export const ROW_HEIGHT = 20;
const LEAST_HEIGHT = 2;

/** How `count` rows lie one below the other: bands of `height` pixels with `per` rows each. */
export interface Bands {
  height: number;
  per: number;
  count: number;
}

/** Bands of full height, to be scrolled; or, with `fit`, as high as lets all of them be seen. */
export function bandsOf(rows: number, areaHeight: number, fit: boolean): Bands {
  if (!fit || rows * ROW_HEIGHT <= areaHeight) return { height: ROW_HEIGHT, per: 1, count: rows };
  const height = Math.max(Math.floor(areaHeight / rows), LEAST_HEIGHT);
  const per = Math.ceil(rows / Math.max(Math.floor(areaHeight / height), 1));
  return { height, per, count: Math.ceil(rows / per) };
}

/** The rows of `order` that live at some time within the view, in the same order. */
export function rowsInView(trace: Trace, order: Uint32Array, view: View): Uint32Array {
  if (view.start <= trace.start && view.end >= trace.end) return order;
  const starts = trace.connections.start_ns.data;
  const ends = trace.connections.end_ns.data;
  const found = new Uint32Array(order.length);
  let count = 0;
  for (let i = 0; i < order.length; i++) {
    const row = order[i];
    // An end that is not known is NaN, and no number is above it.
    if (starts[row] <= view.end && !(ends[row] < view.start)) found[count++] = row;
  }
  return found.subarray(0, count);
}

/**
 * The kinds to draw for bands `from` to before `to`, a row of `view.width` cells each. Reuses
 * `strip` and `cells` when they are large enough.
 */
export class BandCells {
  cells = new Uint8Array(0);
  private strip = new Strip(1);

  layout(trace: Trace, order: Uint32Array, bands: Bands, from: number, to: number, view: View) {
    const { width } = view;
    if (this.strip.width !== width) this.strip = new Strip(width);
    if (this.cells.length < (to - from) * width) this.cells = new Uint8Array((to - from) * width);
    for (let band = from; band < to; band++) {
      const last = Math.min((band + 1) * bands.per, order.length);
      for (let i = band * bands.per; i < last; i++) addRow(this.strip, trace, order[i], view);
      this.strip.resolve(this.cells, (band - from) * width);
    }
    return this.cells;
  }
}

export function addRow(strip: Strip, trace: Trace, row: number, view: View): void {
  const { first, kind, start, end } = trace.spans;
  const scale = view.width / (view.end - view.start);
  for (let i = first[row], last = first[row + 1]; i < last; i++) {
    strip.add(kind[i], (start[i] - view.start) * scale, (end[i] - view.start) * scale);
  }
}

/**
 * The row of a band that a pixel stands for: the worst one that is there, and among equals the one
 * that comes first. -1: none is within `reach` pixels.
 */
export function rowAt(
  trace: Trace,
  order: Uint32Array,
  bands: Bands,
  band: number,
  view: View,
  x: number,
  reach: number,
): number {
  const { first, kind, start, end } = trace.spans;
  let found = -1;
  let best = 0;
  const last = Math.min((band + 1) * bands.per, order.length);
  for (let i = band * bands.per; i < last; i++) {
    for (let at = first[order[i]]; at < first[order[i] + 1]; at++) {
      if (xOf(view, start[at]) > x + reach || xOf(view, end[at]) < x - reach) continue;
      if (kind[at] <= best) continue;
      best = kind[at];
      found = order[i];
    }
  }
  return found;
}

/** The worst rank in each of `parts` equal parts of the list. */
export function worstByPart(trace: Trace, order: Uint32Array, parts: number): Uint8Array {
  const { ranks } = trace.spans;
  const worst = new Uint8Array(parts);
  for (let i = 0; i < order.length; i++) {
    const part = Math.floor((i * parts) / order.length);
    if (ranks[order[i]] > worst[part]) worst[part] = ranks[order[i]];
  }
  return worst;
}

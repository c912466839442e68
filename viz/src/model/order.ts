// SPDX-License-Identifier: BSD-2-Clause
//
// Which connections are listed, and in which order.

import { figure, type Figure } from "./measure";
import { rowFilter } from "./query";
import type { Trace } from "./trace";

export interface Sorting {
  by: Figure;
  descending: boolean;
}

/** The rows that a search finds, sorted; where a figure is not known, last. */
export function orderOf(trace: Trace, search: string, sorting: Sorting): Uint32Array {
  return sorted(trace, matching(trace, search), sorting);
}

function matching(trace: Trace, search: string): Uint32Array {
  const matches = rowFilter(trace, search);
  const rows = new Uint32Array(trace.connectionCount);
  let count = 0;
  for (let row = 0; row < rows.length; row++) if (!matches || matches(row)) rows[count++] = row;
  return rows.subarray(0, count);
}

function sorted(trace: Trace, rows: Uint32Array, { by, descending }: Sorting): Uint32Array {
  const of = figure(trace, by);
  const keys = new Float64Array(trace.connectionCount);
  let ordered = true;
  let previous = -Infinity;
  for (const row of rows) {
    const value = of(row);
    keys[row] = value !== value ? Infinity : descending ? -value : value;
    if (keys[row] < previous) ordered = false;
    previous = keys[row];
  }
  return ordered ? rows : rows.sort((a, b) => keys[a] - keys[b] || a - b);
}

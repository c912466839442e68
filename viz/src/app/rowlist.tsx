// SPDX-License-Identifier: BSD-2-Clause
//
// The rows for who does not see the canvas: a list box with the rows around the selected one. Up
// and down move in it; the selected option is read out.

import type { Trace } from "../model/trace";
import { clientText, serverText } from "../model/ends";
import { outcomeWords } from "../model/outcome";
import { time } from "../model/units";
import type { Frame } from "./frame";
import type { Viewer } from "./viewer";

const AROUND = 10;

export function RowList({ viewer, frame }: { viewer: Viewer; frame: Frame }) {
  const trace = viewer.trace.value!;
  const order = viewer.order.value;
  const selected = viewer.selection.value;
  const row = selected?.kind === "connection" ? trace.rowOf(selected.id) : -1;
  const at = Math.max(order.indexOf(row), 0);
  const rows = [...order.subarray(Math.max(at - AROUND, 0), at + AROUND + 1)];
  return (
    <ul
      class="unseen"
      role="listbox"
      tabIndex={0}
      aria-label={`${order.length} connections`}
      aria-activedescendant={row >= 0 ? `row-${row}` : undefined}
      onFocus={() => frame.reveal()}
    >
      {rows.map((each) => (
        <li
          key={each}
          id={`row-${each}`}
          role="option"
          aria-selected={each === row}
          aria-setsize={order.length}
          aria-posinset={at - rows.indexOf(row) + rows.indexOf(each) + 1}
        >
          {rowText(trace, each)}
        </li>
      ))}
    </ul>
  );
}

/** A connection in one line: "#7 10.0.0.8:4000 to :80, waited 25 µs, reset". */
export function rowText(trace: Trace, row: number): string {
  const { connections } = trace;
  const [from, to] = [clientText(trace, row), serverText(trace, row)];
  const wait = connections.accept_wait_ns.get(row);
  const waited = wait === null ? "" : `, waited ${time(wait)} in the accept queue`;
  const outcome = outcomeWords(trace.name(connections.outcome, row)!);
  return `#${trace.idOf(row)} ${from || "unknown"} → ${to || "unknown"}${waited}, ${outcome}`;
}

// SPDX-License-Identifier: BSD-2-Clause
//
// A flowchart as a picture: measures and marks; what stands in a row is the chart's. The client's
// words stand left of its lane, the server's right of its own, and between the lanes there is
// nothing but what moves across.

import type { JSX } from "preact";
import { time, timeApart } from "../model/units";
import { LEFT, RIGHT, type Cell, type Chart, type Lane, type Row } from "./chart";
import { explain } from "./explain";

const ROW = 34;
const LETTER = 7.23; // of a 12 px monospace font
const PADDING = 8; // inside a box
const GAP = 14; // from a lane to the words beside it
const MARGIN = 20;
const TIMES = 92; // where times end
const LONGEST = 40; // characters of a cell
const TAIL = 15; // of them, those after what is left out
const BETWEEN = 170; // the lanes, at least

interface Measures {
  width: number;
  height: number;
  top: number;
  x: [number, number];
  lanes: 1 | 2;
}

/** What tells paths apart is at their end: the middle of a long text is left out. */
function clip(text: string): string {
  const letters = [...text];
  if (letters.length <= LONGEST) return text;
  return `${letters.slice(0, LONGEST - TAIL - 1).join("")}…${letters.slice(-TAIL).join("")}`;
}

function wordsWidth(text: string): number {
  return [...text].length * LETTER;
}

function cellWidth(cell: Cell): number {
  if (!cell.text) return 0;
  return (
    wordsWidth(clip(cell.text)) +
    2 * PADDING +
    (cell.note ? wordsWidth(cell.note) + 2 * PADDING : 0)
  );
}

function measure(chart: Chart): Measures {
  const widest = (of: (row: Row) => number) =>
    chart.rows.reduce((most, row) => Math.max(most, of(row)), 0);
  const words = (lane: Lane) =>
    Math.max(
      widest((row) => (row.wide ? 0 : cellWidth(row.cells[lane]))),
      wordsWidth(chart.laneTitles[lane]) / 2,
    );
  const height = MARGIN + 78 + chart.rows.length * ROW;
  const heading = MARGIN * 2 + 1.25 * wordsWidth(chart.title);
  const top = MARGIN + 88;
  if (chart.lanes === 1) {
    const x = TIMES + 3 * GAP;
    const titled = x + wordsWidth(chart.laneTitles[LEFT]) + MARGIN;
    return {
      width: Math.max(heading, titled, x + GAP + words(LEFT) + MARGIN),
      height,
      top,
      x: [x, x],
      lanes: 1,
    };
  }
  const left = TIMES + 2 * GAP + words(LEFT) + GAP;
  const titles = wordsWidth(chart.laneTitles.join("")) / 2 + 2 * GAP;
  const right = left + Math.max(BETWEEN, titles, widest((row) => wordsWidth(row.label)) + 60);
  return {
    width: Math.max(heading, right + GAP + words(RIGHT) + MARGIN),
    height,
    top,
    x: [left, right],
    lanes: 2,
  };
}

/** What a lane does from one row to the next. */
function LaneLine({ state, x, y }: { state: Cell["lane"]; x: number; y: number }) {
  return state === "none" ? null : (
    <line class={`lane ${state}`} x1={x} y1={y} x2={x} y2={y + ROW} />
  );
}

function Mark({ cell, x, y }: { cell: Cell; x: number; y: number }) {
  if (cell.mark === "call") return <circle class={`dot ${cell.tone}`} cx={x} cy={y} r="5" />;
  if (cell.mark === "kernel") return <circle class={`ring ${cell.tone}`} cx={x} cy={y} r="4" />;
  if (cell.mark !== "more") return null;
  return (
    <g>
      {[-6, 0, 6].map((dy) => (
        <circle class="dot" cx={x} cy={y + dy} r="1.5" />
      ))}
    </g>
  );
}

/** A call stands in a box, what the kernel did does not. */
function Words({ cell, x, y, leftward }: { cell: Cell; x: number; y: number; leftward: boolean }) {
  if (!cell.text) return null;
  const text = clip(cell.text);
  const width = wordsWidth(text) + 2 * PADDING;
  const at = leftward ? x - GAP - width : x + GAP;
  const noteAt = leftward ? at - PADDING : at + width + PADDING;
  const hint = [text === cell.text ? "" : cell.text, cell.event ? explain(cell.event) : ""]
    .filter(Boolean)
    .join("\n");
  return (
    <g>
      {hint && <title>{hint}</title>}
      {cell.mark === "call" && (
        <rect class={`box ${cell.tone}`} x={at} y={y - 11} width={width} height="22" rx="4" />
      )}
      <text class={cell.tone} x={at + PADDING} y={y + 4}>
        {text}
      </text>
      {cell.note && (
        <text class={`${cell.noteTone || "dim"} ${leftward ? "end" : ""}`} x={noteAt} y={y + 4}>
          {cell.note}
        </text>
      )}
    </g>
  );
}

/** The tip of an arrow at x, or the cross of one that did not arrive. */
function Tip({ row, x, y, back }: { row: Row; x: number; y: number; back: number }) {
  if (row.lost)
    return <path class={`move ${row.arrowTone}`} d={`M${x - 5} ${y - 5}l10 10m0-10l-10 10`} />;
  return <path class={`tip ${row.arrowTone}`} d={`M${x} ${y}l${back}-5v10z`} />;
}

function Arrow({ row, at, y }: { row: Row; at: Measures; y: number }) {
  const left = row.arrow !== "right",
    right = row.arrow !== "left";
  const from = at.x[LEFT] + 9 + (row.lost && left ? 40 : 0);
  const to = at.x[RIGHT] - 9 - (row.lost && right ? 40 : 0);
  return (
    <g>
      <line class={`move ${row.arrowTone}`} x1={from} y1={y} x2={to} y2={y} />
      {left && <Tip row={row} x={from} y={y} back={10} />}
      {right && <Tip row={row} x={to} y={y} back={-10} />}
      <text class={`mid move ${row.arrowTone}`} x={(at.x[LEFT] + at.x[RIGHT]) / 2} y={y - 5}>
        {row.label}
      </text>
    </g>
  );
}

/** A fold stands over both lanes, on paper of its own. */
function Fold({ row, at, y }: { row: Row; at: Measures; y: number }) {
  const { text } = row.cells[LEFT];
  const width = wordsWidth(text) + 4 * PADDING,
    x = (at.x[LEFT] + at.x[RIGHT]) / 2;
  return (
    <g>
      <rect class="paper" x={x - width / 2} y={y - 13} width={width} height="26" />
      <text class="mid" x={x} y={y + 4}>
        {text}
      </text>
    </g>
  );
}

function signed(t: number, before: number | null): string {
  return t ? `+${timeApart(t, before ?? 0)}` : "0";
}

/** When, and how long after the row before. */
function Times({ t, before, y }: { t: number | null; before: number | null; y: number }) {
  if (t === null) return null;
  const gap = before === null ? 0 : t - before;
  return (
    <g>
      <text class="dim end" x={TIMES} y={y + 4}>
        {signed(t, before)}
      </text>
      {gap > 0 && before !== 0 && (
        <text class="gap end" x={TIMES} y={y - ROW / 2 + 3}>
          {time(gap)}
        </text>
      )}
    </g>
  );
}

function RowMarks({
  row,
  before,
  at,
  y,
}: {
  row: Row;
  before: number | null;
  at: Measures;
  y: number;
}) {
  const lanes = at.lanes === 1 ? [LEFT] : [LEFT, RIGHT];
  return (
    <g>
      <Times t={row.t} before={before} y={y} />
      {row.wide ? <Fold row={row} at={at} y={y} /> : row.arrow && <Arrow row={row} at={at} y={y} />}
      {!row.wide &&
        lanes.map((lane) => (
          <g>
            <Mark cell={row.cells[lane]} x={at.x[lane]} y={y} />
            <Words
              cell={row.cells[lane]}
              x={at.x[lane]}
              y={y}
              leftward={at.lanes === 2 && lane === LEFT}
            />
          </g>
        ))}
    </g>
  );
}

/** The last moment before row i. */
function momentBefore(rows: Row[], i: number): number | null {
  while (i-- > 0) if (rows[i].t !== null) return rows[i].t;
  return null;
}

export function Picture({ chart }: { chart: Chart }): JSX.Element {
  const at = measure(chart);
  const y = (i: number) => at.top + i * ROW;
  const lanes = at.lanes === 1 ? [LEFT] : [LEFT, RIGHT];
  const last = chart.rows.length - 1;
  return (
    <svg
      class="flowchart"
      xmlns="http://www.w3.org/2000/svg"
      role="img"
      aria-label={`${chart.title}: ${chart.summary}`}
      width={Math.ceil(at.width)}
      height={at.height}
      viewBox={`0 0 ${Math.ceil(at.width)} ${at.height}`}
    >
      <rect class="paper" width="100%" height="100%" />
      <text class="title" x={MARGIN} y={MARGIN + 8}>
        {chart.title}
      </text>
      <text class={chart.failed ? "fail" : "dim"} x={MARGIN} y={MARGIN + 30}>
        {chart.summary}
      </text>
      {lanes.map((lane) => (
        <text class={at.lanes === 1 ? "head" : "head mid"} x={at.x[lane]} y={MARGIN + 62}>
          {chart.laneTitles[lane]}
        </text>
      ))}
      {chart.rows
        .slice(0, last)
        .map((row, i) =>
          lanes.map((lane) => <LaneLine state={row.cells[lane].lane} x={at.x[lane]} y={y(i)} />),
        )}
      {chart.rows.map((row, i) => (
        <RowMarks row={row} before={momentBefore(chart.rows, i)} at={at} y={y(i)} />
      ))}
    </svg>
  );
}

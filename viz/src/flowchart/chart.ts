// SPDX-License-Identifier: BSD-2-Clause
//
// A flowchart as rows and cells: which call stands in which lane, what moves across, how each
// side waits. The client's lane is the left one, the server's the right one, time goes downward.

import type { SocketEvent } from "../format/types";

export const LEFT = 0;
export const RIGHT = 1;
export type Lane = typeof LEFT | typeof RIGHT;

/** What a lane is doing after a row. */
export type LaneState = "none" | "open" | "waiting" | "queued";

export type Tone = "" | "wait" | "fail";

export interface Cell {
  lane: LaneState;
  /** "": the lane goes through. */
  mark: "" | "call" | "kernel" | "more";
  text: string;
  tone: Tone;
  note: string;
  noteTone: Tone;
  /** What the text is about. */
  event: SocketEvent | null;
}

export interface Row {
  /** Since the connection began; null: before it, or of no moment. */
  t: number | null;
  cells: [Cell, Cell];
  arrow: "" | "right" | "left" | "both";
  arrowTone: Tone;
  /** The arrow did not arrive. */
  lost: boolean;
  label: string;
  /** The left cell's text stands over both lanes: many rows folded into one. */
  wide: boolean;
}

export interface Chart {
  title: string;
  summary: string;
  failed: boolean;
  /** One lane: a socket or a listener without another side. */
  lanes: 1 | 2;
  laneTitles: [string, string];
  rows: Row[];
}

export function other(lane: Lane): Lane {
  return lane === LEFT ? RIGHT : LEFT;
}

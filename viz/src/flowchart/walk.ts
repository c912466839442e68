// SPDX-License-Identifier: BSD-2-Clause
//
// The making of rows: lanes that go on, marks, words and arrows. Knows events by name only to
// take the next one.

import type { Connection, End, Listener, SocketEvent } from "../format/types";
import { callText } from "./call";
import {
  LEFT,
  RIGHT,
  other,
  type Cell,
  type Lane,
  type LaneState,
  type Row,
  type Tone,
} from "./chart";
import type { Step, Story } from "./steps";

/** Errors that are an ordinary answer. */
const ORDINARY = new Set(["EAGAIN", "EINPROGRESS", "EINTR"]);

/** A wait worth a colour. */
const LONG_WAIT_NS = 1e6;

const SIDES = ["client", "server"] as const;

export class Walk {
  readonly rows: Row[] = [];
  readonly lane: [LaneState, LaneState] = ["none", "none"];
  readonly finSent: [boolean, boolean] = [false, false];
  /** Whose calls stand in a lane, as of now. */
  readonly pid: number[] = [];
  connected = false;
  synShown = false;
  resetShown = false;
  /** The step after the one at hand. */
  next = 0;

  constructor(
    readonly story: Story,
    readonly connection: Connection | null,
    readonly listener: Listener | null = null,
  ) {}

  get steps(): Step[] {
    return this.story.steps;
  }

  get tcp(): boolean {
    return this.connection?.protocol === "tcp";
  }

  /** That end is on this host and was followed. */
  seen(lane: Lane): boolean {
    return !!this.end(lane);
  }

  end(lane: Lane): End | null | undefined {
    return this.connection?.[SIDES[lane]];
  }

  /** A row in which nothing happens yet. */
  row(t: number): Row {
    const timed = Number.isFinite(t) && t >= this.story.zero;
    if (timed && this.connection)
      for (const lane of [LEFT, RIGHT] as const)
        if (this.lane[lane] === "none" && !this.seen(lane)) this.lane[lane] = "open";
    const cell = (lane: Lane): Cell => ({
      lane: this.lane[lane],
      mark: "",
      text: "",
      tone: "",
      note: "",
      noteTone: "",
      event: null,
    });
    const row: Row = {
      t: timed ? t - this.story.zero : null,
      cells: [cell(LEFT), cell(RIGHT)],
      arrow: "",
      arrowTone: "",
      lost: false,
      label: "",
      wide: false,
    };
    this.rows.push(row);
    return row;
  }

  setLane(row: Row, lane: Lane, state: LaneState): void {
    this.lane[lane] = row.cells[lane].lane = state;
  }

  mark(
    row: Row,
    lane: Lane,
    mark: Cell["mark"],
    text: string,
    tone: Tone = "",
    event: SocketEvent | null = null,
  ): Cell {
    if (this.lane[lane] === "none") this.setLane(row, lane, "open");
    return Object.assign(row.cells[lane], { mark, text, tone, event });
  }

  /** `shown` is the event as it was known at that moment. */
  call(row: Row, lane: Lane, event: SocketEvent, shown = event): Cell {
    const failed = shown.errno !== null && !ORDINARY.has(shown.errno);
    return this.mark(row, lane, "call", callText(shown, true), failed ? "fail" : "", event);
  }

  note(row: Row, lane: Lane, note: string, waited = 0): void {
    Object.assign(row.cells[lane], { note, noteTone: waited >= LONG_WAIT_NS ? "wait" : "" });
  }

  /** An arrow from a lane to the other one; a lone socket has none. */
  arrow(row: Row, from: Lane, label: string, tone: Tone = "", lost = false): void {
    if (!this.connection) return;
    Object.assign(row, { arrow: from === LEFT ? "right" : "left", label, arrowTone: tone, lost });
  }

  /** After a reset nobody sends a FIN. */
  reset(row: Row, from: Lane): void {
    if (!this.resetShown) this.arrow(row, from, "RST", "fail");
    this.resetShown = true;
    this.finSent.fill(true);
  }

  /** What closing its direction sends to the other side. */
  endOfStream(row: Row, lane: Lane): void {
    const connection = this.connection;
    if (!connection || connection.type === "dgram" || this.finSent[lane]) return;
    if (this.tcp && !this.connected && connection.seen_from_start) return;
    if (!this.tcp && this.seen(other(lane)) && this.lane[other(lane)] === "none") return;
    this.finSent[lane] = true;
    this.arrow(row, lane, this.tcp ? "FIN" : "EOF");
  }

  /** Takes the next step into the row at hand if it is this event of that lane. */
  take(name: string, lane: Lane): SocketEvent | null {
    const step = this.steps[this.next];
    if (step?.kind !== "event" || step.lane !== lane || step.event.name !== name) return null;
    this.next++;
    return step.event;
  }
}

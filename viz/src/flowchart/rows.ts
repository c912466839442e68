// SPDX-License-Identifier: BSD-2-Clause
//
// The walk from steps to rows: what each event looks like, its lane, its words, the arrow it
// sends, and what becomes one row.

import type { SocketEvent } from "../format/types";
import { addressText, type Address } from "../model/address";
import { bytes, time } from "../model/units";
import { LEFT, RIGHT, other, type Lane, type Row } from "./chart";
import { foldText } from "./fold";
import * as handshake from "./handshake";
import { inFlight, singleData, type Step } from "./steps";
import type { Walk } from "./walk";

/** Rows of data in a row: from so many on folded, but for those at the beginning and the end. */
const FOLD = { from: 17, head: 4, tail: 2 };

type Handler = (walk: Walk, row: Row, lane: Lane, event: SocketEvent) => void;

function data(walk: Walk, row: Row, lane: Lane, event: SocketEvent): void {
  walk.call(row, lane, event);
  if (singleData(event) && event.duration_ns !== null)
    walk.note(row, lane, time(event.duration_ns));
  if (!event.bytes) return;
  const from = event.name === "send" ? lane : other(lane);
  if (event.name === "send" || !walk.seen(from)) walk.arrow(row, from, bytes(event.bytes));
}

function close(walk: Walk, row: Row, lane: Lane, event: SocketEvent): void {
  walk.call(row, lane, event);
  if (!event.args.last) {
    walk.note(row, lane, "still held elsewhere");
    return;
  }
  if (walk.take("reset", lane)?.args.sent) walk.reset(row, lane);
  else walk.endOfStream(row, lane);
  walk.setLane(row, lane, "none");
}

function reset(walk: Walk, row: Row, lane: Lane, event: SocketEvent): void {
  const { sent } = event.args;
  const next = walk.steps[walk.next];
  let text = sent ? "reset" : "reset by the other side";
  if (next?.kind === "return") {
    text = next.event.errno!; // the answer to a SYN: connect() says what it means
    walk.next++;
  }
  walk.mark(row, lane, "kernel", text, "fail", event);
  walk.setLane(row, lane, "open");
  walk.reset(row, sent ? lane : other(lane));
}

function retransmit(walk: Walk, row: Row, lane: Lane, event: SocketEvent): void {
  let times = 1;
  while (walk.take(event.name, lane)) times++;
  walk.mark(row, lane, "kernel", `retransmit${times > 1 ? ` ×${times}` : ""}`, "wait", event);
}

function socketpair(walk: Walk, row: Row, lane: Lane, event: SocketEvent): void {
  const pair = walk.take("socketpair", other(lane));
  walk.call(row, lane, event);
  walk.connected = true;
  if (pair) walk.mark(row, other(lane), "call", `fd ${(pair.args.fds as number[])[1]}`, "", pair);
}

const HANDLERS: Record<string, Handler> = {
  connect: handshake.connect,
  syn: handshake.syn,
  drop: handshake.drop,
  established: handshake.established,
  accept: handshake.accept,
  send: data,
  recv: data,
  close,
  reset,
  retransmit,
  socketpair,
  listen(walk, row, lane, event) {
    walk.call(row, lane, event);
    if (!event.errno) walk.note(row, lane, `backlog ${event.args.effective}`);
  },
  shutdown(walk, row, lane, event) {
    walk.call(row, lane, event);
    if (!event.errno && event.args.how !== "SHUT_RD") walk.endOfStream(row, lane);
  },
  synack_retransmit(walk, row, lane, event) {
    // what an older socktrace wrote has no address
    const { address } = event.args;
    const to = address ? ` to ${addressText(event.args as unknown as Address)}` : "";
    walk.mark(row, lane, "kernel", `SYN-ACK again${to}`, "wait", event);
    walk.arrow(row, lane, "SYN-ACK");
  },
  fin(walk, row, lane, event) {
    walk.mark(row, lane, "kernel", "the other side closed", "", event);
    walk.endOfStream(row, other(lane));
  },
};

/** An event of a later version: its name, as it stands. */
const unknown: Handler = (walk, row, lane, event) => {
  if (event.source === "call") walk.call(row, lane, event);
  else walk.mark(row, lane, "kernel", event.name, "", event);
};

function walkWait(walk: Walk, row: Row, lane: Lane, event: SocketEvent): void {
  const long = inFlight(event) ? "" : ` ${time(event.duration_ns!)}`;
  walk.mark(row, lane, "", `accept(${event.fd ?? ""}) waits${long}`, "", event);
  walk.setLane(row, lane, "waiting");
}

function walkOpen(row: Row): void {
  for (const cell of row.cells) if (cell.lane !== "none") cell.mark = "more";
}

/** From here on another process calls: the one that the connection was inherited by, say. */
function walkCaller(walk: Walk, { lane, event }: Step): void {
  const pid = event?.args.last !== false && event?.pid;
  if (!pid || pid === (walk.pid[lane] ??= walk.end(lane)?.pid ?? pid)) return;
  walk.pid[lane] = pid;
  walk.row(NaN).cells[lane].text = `process ${pid}`;
}

function walkStep(walk: Walk, step: Step): void {
  walkCaller(walk, step);
  const row = walk.row(step.t);
  const { lane, event } = step;
  if (step.kind === "listening") {
    walk.mark(row, lane, "kernel", "listening");
    walk.note(row, lane, `backlog ${walk.listener?.backlog.effective}`);
  } else if (step.kind === "open") {
    walkOpen(row);
  } else if (step.kind === "wait") {
    walkWait(walk, row, lane, event!);
  } else if (step.kind === "return") {
    handshake.connectFailed(walk, row, lane, event!);
  } else {
    (HANDLERS[event!.name] ?? unknown)(walk, row, lane, event!);
  }
}

function isData(step: Step | undefined): boolean {
  return step?.kind === "event" && (step.event.name === "send" || step.event.name === "recv");
}

/** The step after the data that begins at `first`. */
function dataEnd(steps: Step[], first: number): number {
  while (isData(steps[first])) first++;
  return first;
}

function walkFold(walk: Walk, first: number, last: number): void {
  const row = walk.row(walk.steps[first].t);
  const lane = walk.seen(LEFT) || !walk.connection ? LEFT : RIGHT;
  walk.next = last;
  walk.mark(row, LEFT, "more", foldText(walk.steps, first, last, lane));
  row.cells[RIGHT].mark = "more";
  row.wide = true;
}

export function addRows(walk: Walk): Row[] {
  let foldAt = -1,
    end = 0;
  while (walk.next < walk.steps.length) {
    const at = walk.next++;
    if (at >= end && isData(walk.steps[at])) {
      end = dataEnd(walk.steps, at);
      foldAt = end - at >= FOLD.from ? at + FOLD.head : -1;
    }
    if (at === foldAt) walkFold(walk, at, end - FOLD.tail);
    else walkStep(walk, walk.steps[at]);
  }
  return walk.rows;
}

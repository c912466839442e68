// SPDX-License-Identifier: BSD-2-Clause
//
// How a connection comes about: SYN, the handshake, the accept queue, accept(), or why nothing
// came of it.

import type { SocketEvent } from "../format/types";
import { time } from "../model/units";
import { LEFT, RIGHT, other, type Lane, type Row } from "./chart";
import type { Walk } from "./walk";

/** A SYN that another one had to follow, or that the outcome says nobody answered. */
function unanswered(walk: Walk): boolean {
  for (const step of walk.steps.slice(walk.next)) {
    if (step.kind !== "event") continue;
    if (step.event.name === "syn") return true;
    if (step.event.name === "established") return false;
  }
  return walk.connection!.outcome === "timed_out" || walk.connection!.outcome === "dropped";
}

/** A repeated segment comes a second later at the earliest. */
const SAME_SEGMENT_NS = 100e6;

/** The next step, if it tells of the same segment from the other side. */
function takeSame(walk: Walk, name: string, lane: Lane, t: number): SocketEvent | null {
  return walk.steps[walk.next]?.t - t <= SAME_SEGMENT_NS ? walk.take(name, lane) : null;
}

function dropWords({ args }: SocketEvent): string {
  if (args.path === "syn_queue") return "dropped, SYN queue full";
  return args.path === "other" ? "dropped" : `dropped, queue ${args.depth} of ${args.limit}`;
}

/** What came of the arrow in this row: nothing, and the server's side says why. */
function dropped(walk: Walk, row: Row, event: SocketEvent): void {
  walk.mark(row, RIGHT, "kernel", dropWords(event), "fail", event);
  walk.arrow(row, LEFT, event.args.path === "ack" ? "ACK" : "SYN", "fail", true);
}

/** The kernel tells that it sent a SYN again after that has arrived at a server here. */
export function drop(walk: Walk, row: Row, _lane: Lane, event: SocketEvent): void {
  if (event.args.path !== "ack" && takeSame(walk, "syn", LEFT, event.t_ns))
    walk.mark(row, LEFT, "kernel", "SYN again", "wait");
  dropped(walk, row, event);
}

function synArrow(walk: Walk, row: Row, lane: Lane, t: number): void {
  const drop = takeSame(walk, "drop", RIGHT, t);
  const lost = unanswered(walk);
  walk.synShown = true;
  if (drop) dropped(walk, row, drop);
  else walk.arrow(row, lane, lost ? "SYN, no answer" : "SYN", lost ? "fail" : "", lost);
}

function queue(walk: Walk, row: Row, args: Record<string, unknown>): void {
  const place = args.limit == null ? "" : `, ${args.depth} of ${args.limit}`;
  if (!row.cells[RIGHT].text) walk.mark(row, RIGHT, "", `in the accept queue${place}`, "wait");
  walk.setLane(row, RIGHT, walk.listener?.accepted === null ? "open" : "queued");
}

/** A UNIX connect() puts the other end into the queue at once. */
function unixConnect(walk: Walk, row: Row, event: SocketEvent): void {
  const queued = walk.take("established", RIGHT);
  walk.connected = true;
  walk.arrow(row, LEFT, "");
  if (queued) queue(walk, row, queued.args);
  else if (event.t_ns < (walk.connection!.accepted_ns ?? -Infinity)) queue(walk, row, {});
}

export function connect(walk: Walk, row: Row, lane: Lane, event: SocketEvent): void {
  const { connection } = walk;
  const answered = walk.tcp && !!connection!.syns && event.errno !== "EINPROGRESS";
  walk.call(row, lane, event, answered ? { ...event, errno: null } : event);
  if (walk.tcp) {
    walk.setLane(row, lane, "waiting");
    if (walk.take("syn", lane)) synArrow(walk, row, lane, event.t_ns);
  } else if (connection?.protocol === "unix" && !event.errno && connection.type !== "dgram") {
    unixConnect(walk, row, event);
  }
}

export function syn(walk: Walk, row: Row, lane: Lane, event: SocketEvent): void {
  const again = walk.synShown;
  walk.mark(row, lane, "kernel", again ? "SYN again" : "connecting", again ? "wait" : "");
  walk.setLane(row, lane, "waiting");
  synArrow(walk, row, lane, event.t_ns);
}

export function established(walk: Walk, row: Row, lane: Lane, event: SocketEvent): void {
  walk.connected = true;
  if (lane === RIGHT) {
    walk.arrow(row, LEFT, walk.seen(LEFT) ? "ACK" : "SYN, ACK");
    queue(walk, row, event.args);
    return;
  }
  walk.mark(row, LEFT, "kernel", "connected", "", event);
  walk.setLane(row, LEFT, "open");
  const queued = walk.take("established", RIGHT);
  walk.arrow(row, RIGHT, queued ? "SYN-ACK, ACK" : "SYN-ACK");
  if (!queued) return;
  row.arrow = "both";
  queue(walk, row, queued.args);
}

export function accept(walk: Walk, row: Row, lane: Lane, event: SocketEvent): void {
  const wait = walk.connection?.accept_wait_ns ?? null;
  walk.call(row, lane, event);
  if (event.errno || !walk.connection) return;
  walk.setLane(row, lane, "open");
  if (wait !== null) walk.note(row, lane, `waited ${time(wait)}`, wait);
}

/** connect() comes back with what went wrong. */
export function connectFailed(walk: Walk, row: Row, lane: Lane, event: SocketEvent): void {
  walk.mark(row, lane, "kernel", event.errno!, "fail", event);
  walk.setLane(row, lane, "open");
  if (event.errno === "ECONNREFUSED") walk.reset(row, other(lane));
}

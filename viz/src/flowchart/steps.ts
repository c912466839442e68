// SPDX-License-Identifier: BSD-2-Clause
//
// Which events a flowchart tells, and in which order; nothing of how they look.

import type { Connection, Listener, SocketEvent } from "../format/types";
import { LEFT, RIGHT, other, type Lane } from "./chart";

export type Step = { t: number; lane: Lane } & (
  | { kind: "event" | "wait" | "return"; event: SocketEvent }
  /** A listener that was there before the trace; the end of the trace, which finds it open. */
  | { kind: "listening" | "open"; event: null }
);

/** A call that had begun before the trace: its time is when it returned. */
export function inFlight(event: SocketEvent): boolean {
  return event.source === "call" && event.duration_ns === null;
}

/** A send or receive by itself, not a run of them. */
export function singleData(event: SocketEvent): boolean {
  return event.args.call !== undefined;
}

/**
 * accept() takes its place when it returns: until then it is another connection's or nobody's.
 * So does recv(): what it returns may have come while it waited.
 */
function placeOf(event: SocketEvent): number {
  const waits = event.name === "accept" || (event.name === "recv" && singleData(event));
  return waits ? event.t_ns + (event.duration_ns ?? 0) : event.t_ns;
}

function eventStep(event: SocketEvent, lane: Lane): Step {
  return { t: placeOf(event), lane, kind: "event", event };
}

/** accept() was called before there was this connection to accept. */
function acceptWaited(connection: Connection, event: SocketEvent): boolean {
  if (event.name !== "accept" || event.errno || connection.accepted_ns === null) return false;
  if (inFlight(event) || connection.accept_wait_ns === null) return true;
  return event.t_ns < connection.accepted_ns - connection.accept_wait_ns;
}

/** The answer to connect() came over the network: it has a row of its own. */
function failedLater(connection: Connection, event: SocketEvent): boolean {
  return (
    event.name === "connect" && !!event.errno && event.errno !== "EINPROGRESS" && !!connection.syns
  );
}

function connectionSteps(connection: Connection): Step[] {
  const steps: Step[] = [];
  for (const event of connection.events) {
    const lane = event.side === "server" ? RIGHT : LEFT;
    steps.push(eventStep(event, lane));
    if (acceptWaited(connection, event))
      steps.push({ t: inFlight(event) ? -Infinity : event.t_ns, lane, kind: "wait", event });
    if (failedLater(connection, event))
      steps.push({ t: event.t_ns + (event.duration_ns ?? 0), lane, kind: "return", event });
  }
  return steps;
}

const OPENING = new Set(["socket", "bind", "listen"]);

/** What made the server what it is, from before the connection. */
function listenerSteps(listener: Listener, lane: Lane): Step[] {
  const steps = listener.events
    .filter((event) => OPENING.has(event.name))
    .map((event) => eventStep(event, lane));
  if (!listener.events.some((event) => event.name === "listen" && !event.errno))
    steps.push({ t: -Infinity, lane, kind: "listening", event: null });
  return steps;
}

/** The next send on `lane`, if nothing else of that lane comes before it; -1: none. */
function nextSend(steps: Step[], from: number, lane: Lane): number {
  const at = steps.findIndex((step, i) => i >= from && step.lane === lane);
  return at >= 0 && steps[at].event?.name === "send" ? at : -1;
}

/**
 * A send is seen when it returns: by then the other side may have received it and gone on. Its
 * step moves to just before that.
 */
function putSendsFirst(steps: Step[]): void {
  const sent = [0, 0],
    received = [0, 0];
  for (let i = 0; i < steps.length; i++) {
    const { kind, event, lane, t } = steps[i];
    if (kind !== "event") continue;
    if (event.name === "send") sent[lane] += event.bytes ?? 0;
    if (event.name !== "recv") continue;
    received[lane] += event.bytes ?? 0;
    const from = other(lane);
    const at = received[lane] > sent[from] ? nextSend(steps, i + 1, from) : -1;
    if (at < 0) continue;
    const [send] = steps.splice(at, 1);
    sent[from] += send.event?.bytes ?? 0;
    steps.splice(i++, 0, { ...send, t });
  }
}

function ordered(steps: Step[]): Step[] {
  steps.sort((a, b) => (a.t === b.t ? 0 : a.t - b.t));
  putSendsFirst(steps);
  return steps;
}

/** The zero of the chart's times: the first thing that is this connection's alone. */
export interface Story {
  steps: Step[];
  zero: number;
}

function zeroOf(steps: Step[]): number {
  return steps.reduce(
    (least, step) => (step.kind === "event" ? Math.min(least, step.t) : least),
    Infinity,
  );
}

export function storyOfConnection(connection: Connection, listener: Listener | null): Story {
  const own = connectionSteps(connection);
  const steps = [...(listener ? listenerSteps(listener, RIGHT) : []), ...own];
  if (connection.outcome === "open")
    steps.push({ t: Infinity, lane: LEFT, kind: "open", event: null });
  return { steps: ordered(steps), zero: zeroOf(own) };
}

/** A socket or a listener alone, in the left lane. */
export function storyAlone(events: SocketEvent[], before: Step[], open: boolean): Story {
  const own = events.map((event) => eventStep(event, LEFT));
  const steps = [...before, ...own];
  if (open) steps.push({ t: Infinity, lane: LEFT, kind: "open", event: null });
  return { steps: ordered(steps), zero: zeroOf(own) };
}

export function storyOfListener(listener: Listener): Story {
  const before = listenerSteps(listener, LEFT).filter((step) => step.kind === "listening");
  return storyAlone(listener.events, before, listener.closed_ns === null);
}

// SPDX-License-Identifier: BSD-2-Clause
//
// The sentence that stands for many rows of data: how often, how much, how long an exchange
// took. Seen from one side: the client's where it is seen.

import type { SocketEvent } from "../format/types";
import { bytes, count, time } from "../model/units";
import { singleData, type Step } from "./steps";

interface Direction {
  name: string;
  calls: number;
  bytes: number;
}

function sumOf(events: SocketEvent[], name: string): Direction {
  const those = events.filter((event) => event.name === name);
  const sum = (key: "count" | "bytes") => those.reduce((all, event) => all + (event[key] ?? 0), 0);
  return { name, calls: sum("count"), bytes: sum("bytes") };
}

/** A run is timed from the return of its first call on, and so is a call. */
function movedAt(event: SocketEvent): number {
  return event.t_ns + (singleData(event) ? (event.duration_ns ?? 0) : 0);
}

/**
 * How long each run one way waited for the answer the other way, sorted. Single calls make one
 * part of an exchange together; those that moved nothing are none.
 */
function exchanges(events: SocketEvent[], first: string): number[] {
  const times: number[] = [];
  let opened: SocketEvent | null = null;
  for (const event of events) {
    if (!event.bytes) continue;
    if (event.name === first) {
      if (!opened || !singleData(event)) opened = event;
    } else if (opened) {
      times.push(movedAt(event) - movedAt(opened));
      opened = null;
    }
  }
  return times.sort((a, b) => a - b);
}

/** Who began, though the fold may begin in the middle of an exchange. */
function whoBegan(steps: Step[], lane: number): string | undefined {
  return steps.find((step) => step.lane === lane && step.event?.bytes)?.event?.name;
}

/** Stands for the steps from `from` up to `to`. */
export function foldText(steps: Step[], from: number, to: number, lane: number): string {
  const events = steps
    .slice(from, to)
    .flatMap((step) => (step.lane === lane && step.event ? [step.event] : []));
  if (!events.length) return count(to - from);
  const began = whoBegan(steps, lane);
  const first = sumOf(events, events.some(({ name }) => name === began) ? began! : events[0].name);
  const second = sumOf(events, first.name === "send" ? "recv" : "send");
  const times = exchanges(events, first.name);
  if (!times.length) return `${first.name} ×${count(first.calls)}   ${bytes(first.bytes)}`;
  const median = time(times[Math.ceil(times.length / 2) - 1]);
  return (
    `${first.name}/${second.name} ×${count(times.length)}   ` +
    `${bytes(first.bytes)} / ${bytes(second.bytes)}   median ${median}`
  );
}

// SPDX-License-Identifier: BSD-2-Clause
//
// The sentence that stands for many rows of data: how often, how much, how long an exchange
// took. Seen from one side: the client's where it is seen.

import type { SocketEvent } from "../format/types";
import { bytes, count, time } from "../model/units";
import type { Step } from "./steps";

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

/** How long each run one way waited for the answer the other way, sorted. */
function exchanges(events: SocketEvent[]): number[] {
  const times: number[] = [];
  let opened: SocketEvent | null = null;
  for (const event of events) {
    if (event.name === events[0].name) opened = event;
    else if (opened) {
      times.push(event.t_ns - opened.t_ns);
      opened = null;
    }
  }
  return times.sort((a, b) => a - b);
}

export function foldText(steps: Step[], lane: number): string {
  const events = steps.flatMap((step) => (step.lane === lane && step.event ? [step.event] : []));
  if (!events.length) return count(steps.length);
  const first = sumOf(events, events[0].name);
  const second = sumOf(events, first.name === "send" ? "recv" : "send");
  const times = exchanges(events);
  if (!times.length) return `${first.name} ×${count(first.calls)}   ${bytes(first.bytes)}`;
  const median = time(times[Math.ceil(times.length / 2) - 1]);
  return (
    `${first.name}/${second.name} ×${count(times.length)}   ` +
    `${bytes(first.bytes)} / ${bytes(second.bytes)}   median ${median}`
  );
}

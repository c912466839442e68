// SPDX-License-Identifier: BSD-2-Clause
//
// The depth of a listener's accept queue as a step line: per pixel the highest it was, and what it
// was when the pixel ended, so that no peak is lost when many samples share a pixel.

import type { Listener } from "../format/types";
import { timeAt, type View } from "./view";

export interface QueueLine {
  highest: Float32Array;
  last: Float32Array;
}

/** Where a pixel has no depth, because none was measured before it, both are NaN. */
export function layoutQueue(samples: [number, number][], view: View): QueueLine {
  const { width } = view;
  const highest = new Float32Array(width).fill(NaN);
  const last = new Float32Array(width).fill(NaN);
  let at = firstAfter(samples, view.start);
  let depth = at > 0 ? samples[at - 1][1] : NaN;
  for (let x = 0; x < width; x++) {
    let peak = depth;
    const end = x === width - 1 ? view.end : timeAt(view, x + 1);
    for (; at < samples.length && samples[at][0] <= end; at++) {
      depth = samples[at][1];
      if (!(peak >= depth)) peak = depth;
    }
    highest[x] = peak;
    last[x] = depth;
  }
  return { highest, last };
}

function firstAfter(samples: [number, number][], time: number): number {
  let low = 0;
  for (let high = samples.length; low < high;) {
    const middle = (low + high) >> 1;
    if (samples[middle][0] <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How deep it was at a time; null: not measured yet. */
export function depthAt(samples: [number, number][], time: number): number | null {
  const at = firstAfter(samples, time);
  return at > 0 ? samples[at - 1][1] : null;
}

/** The limit of the queue over time: pairs of the time from which it held, and its value. */
export function limitSteps(listener: Listener): [number, number][] {
  const { backlog, backlog_changes } = listener;
  if (backlog_changes.length === 0) return [[-Infinity, backlog.effective]];
  const first = listener.events.find((event) => event.name === "listen");
  const before = first?.args.effective;
  const steps: [number, number][] = backlog_changes.map((to) => [to.t_ns, to.effective]);
  if (typeof before === "number") steps.unshift([-Infinity, before]);
  return steps;
}

/** The depth that the top of a lane stands for: the limit, unless what was seen is far below it. */
export function queueScale(listener: Listener): number {
  const highest = Math.max(listener.queue.depth_max, 1);
  const limits = limitSteps(listener).map(([, limit]) => limit);
  const limit = Math.max(...limits);
  return limit <= highest * 4 ? Math.max(limit, highest) : highest * 1.5;
}

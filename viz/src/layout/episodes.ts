// SPDX-License-Identifier: BSD-2-Clause
//
// Findings → bands over the time they speak of, side by side where they overlap.

import type { Finding, Id } from "../format/types";
import type { Trace } from "../model/trace";
import { type View, xOf } from "./view";

export interface Episode {
  finding: Finding;
  from: number;
  to: number;
  /** 0 for the uppermost of those that overlap. */
  level: number;
}

const ORDER = { critical: 0, warning: 1, info: 2 };
const LEAST_WIDTH = 3;

/** All findings, the worst first, and then in order of time. */
export function findingsInOrder(trace: Trace): Finding[] {
  return [...trace.findings.values()].sort(
    (a, b) => ORDER[a.severity] - ORDER[b.severity] || (a.start_ns ?? 0) - (b.start_ns ?? 0),
  );
}

/** The bands of a listener's findings that are more than good news, clipped to the view. */
export function layoutEpisodes(trace: Trace, listener: Id, view: View): Episode[] {
  const ends: number[] = [];
  const episodes: Episode[] = [];
  for (const finding of findingsInOrder(trace)) {
    if (finding.severity === "info" || !finding.listeners.includes(listener)) continue;
    const start = xOf(view, finding.start_ns ?? trace.start);
    const end = Math.max(xOf(view, finding.end_ns ?? trace.end), start + LEAST_WIDTH);
    if (end < 0 || start > view.width) continue;
    let level = ends.findIndex((taken) => taken <= start);
    if (level < 0) level = ends.length;
    ends[level] = end;
    episodes.push({ finding, from: Math.max(start, 0), to: Math.min(end, view.width), level });
  }
  return episodes;
}

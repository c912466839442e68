// SPDX-License-Identifier: BSD-2-Clause
//
// What is missing from the trace, where everybody sees it.

import type { Loss } from "../format/types";
import type { Cut } from "../model/pack";
import type { Trace } from "../model/trace";
import { count, plural } from "../model/units";

/** Of a trace, what says what is missing. */
interface Lossy {
  loss: Loss;
  cut: Cut | null;
}

/** What a stream lacks that ends before its last line. */
function cutText({ rebuilt, extended }: Cut): string {
  const told = [
    rebuilt > 0 && `${plural(rebuilt, "connection")} known by events alone`,
    extended > 0 && `${plural(extended, "connection")} known to the last event`,
  ].filter(Boolean);
  const open = told.length > 0 ? told.join(", ") : "connections that were open then";
  const lacks = told.length > 0 ? "" : " are missing";
  return `the stream was cut before its last line: ${open}${lacks}; `
    + "final counts and what was found at the end are missing";
}

export function lossText({ loss: { events_lost, by_kind, cut }, cut: stream }: Lossy): string {
  const kinds = Object.entries(by_kind)
    .filter(([, lost]) => lost > 0)
    .map(([kind, lost]) => `${kind.replaceAll("_", " ")} ${count(lost)}`);
  const parts: string[] = [];
  if (events_lost > 0) {
    const which = kinds.length > 0 ? ` (${kinds.join(", ")})` : "";
    parts.push(`${plural(events_lost, "event")} lost${which}`);
  }
  if (stream) parts.push(cutText(stream));
  else if (cut) parts.push("the capture did not end in order, what was last is missing");
  return parts.join("; ") || "something is missing from it";
}

export function Banner({ trace }: { trace: Trace }) {
  if (trace.loss.complete) return null;
  return (
    <div class="banner" role="alert">
      <strong>Incomplete:</strong> {lossText(trace)}. Read absences with care.
    </div>
  );
}

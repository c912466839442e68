// SPDX-License-Identifier: BSD-2-Clause
//
// What is missing from the trace, where everybody sees it.

import type { Loss } from "../format/types";
import { count, plural } from "../model/units";

export function lossText({ events_lost, by_kind, cut }: Loss): string {
  const kinds = Object.entries(by_kind)
    .filter(([, lost]) => lost > 0)
    .map(([kind, lost]) => `${kind.replaceAll("_", " ")} ${count(lost)}`);
  const parts: string[] = [];
  if (events_lost > 0) {
    parts.push(`${plural(events_lost, "event")} lost${kinds.length ? ` (${kinds.join(", ")})` : ""}`);
  }
  if (cut) parts.push("the capture did not end in order, what was last is missing");
  return parts.join("; ") || "something is missing from it";
}

export function Banner({ loss }: { loss: Loss }) {
  if (loss.complete) return null;
  return (
    <div class="banner" role="alert">
      <strong>Incomplete:</strong> {lossText(loss)}. Read absences with care.
    </div>
  );
}

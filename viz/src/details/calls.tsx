// SPDX-License-Identifier: BSD-2-Clause
//
// What happened to a thing, call by call, with a sentence on each for who is learning.

import { useState } from "preact/hooks";
import type { SocketEvent } from "../format/types";
import { callText } from "../flowchart/call";
import { explain } from "../flowchart/explain";
import type { Step, Story } from "../flowchart/steps";
import { count, time } from "../model/units";
import { Part } from "./parts";

const SHOWN = 60;

function nameOf(event: SocketEvent): string {
  return event.source === "call" ? callText(event) : event.name.replace("_", " ");
}

function took(event: SocketEvent): string {
  if (event.source !== "call") return "";
  return event.duration_ns ? time(event.duration_ns) : "";
}

function who(event: SocketEvent): string {
  const actor =
    event.source === "kernel" ? "kernel" : event.tid !== event.pid ? `thread ${event.tid}` : "";
  return [event.side, actor].filter(Boolean).join(", ");
}

function Call({ step, zero }: { step: Step; zero: number }) {
  const event = step.event!;
  return (
    <li class={event.errno ? "failed" : event.source}>
      <span class="when">{time(step.t - zero)}</span>
      <code>{nameOf(event)}</code>
      <small>{[who(event), took(event) && `took ${took(event)}`].filter(Boolean).join(", ")}</small>
      <p>{explain(event)}</p>
    </li>
  );
}

/** In the order of the flowchart: accept() when it returned. */
export function Calls({ story: { steps, zero } }: { story: Story }) {
  const [all, setAll] = useState(false);
  const events = steps.filter((step) => step.kind === "event");
  if (!events.length) return null;
  const shown = all ? events : events.slice(0, SHOWN);
  const rest = events.length - shown.length;
  return (
    <Part title="What happened">
      <ol class="calls">
        {shown.map((step, i) => (
          <Call key={i} step={step} zero={zero} />
        ))}
      </ol>
      {rest > 0 && (
        <button type="button" onClick={() => setAll(true)}>
          Show {count(rest)} more
        </button>
      )}
    </Part>
  );
}

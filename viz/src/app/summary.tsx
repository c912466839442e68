// SPDX-License-Identifier: BSD-2-Clause
//
// The panel's first page: the findings, and what kind of trace this is.

import { type Fact, Facts } from "../details/parts";
import type { Finding } from "../format/types";
import { addressText } from "../model/address";
import { outcomeWords } from "../model/outcome";
import type { Trace } from "../model/trace";
import { count, time } from "../model/units";
import { lossText } from "./banner";
import { kept } from "./kept";
import { ACTS, Legend } from "./legend";
import type { Viewer } from "./viewer";

const SIGNS = { critical: "✕", warning: "!", info: "✓" };

export function Summary({ viewer }: { viewer: Viewer }) {
  const findings = viewer.findings.value;
  const trace = viewer.trace.value!;
  return (
    <>
      <h2>Findings</h2>
      {findings.length === 0 && <p class="dim">None: nothing of note was seen.</p>}
      <ol class="findings">
        {findings.map((finding) => (
          <li key={finding.id}>
            <FindingButton viewer={viewer} trace={trace} finding={finding} />
          </li>
        ))}
      </ol>
      <h2>How connections ended</h2>
      <Outcomes viewer={viewer} trace={trace} />
      <h2>Trace</h2>
      <Facts of={factsOf(trace)} />
      {trace.activities.size > 0 && (
        <>
          <h2>Accepting threads</h2>
          <Legend of={ACTS} title="Colours of the accepting threads" />
        </>
      )}
    </>
  );
}

function FindingButton({ viewer, trace, finding }: {
  viewer: Viewer;
  trace: Trace;
  finding: Finding;
}) {
  const listeners = finding.listeners
    .map((id) => trace.listeners.get(id))
    .filter((listener) => listener !== undefined)
    .map((listener) => addressText(listener));
  const { start_ns: start, end_ns: end } = finding;
  return (
    <button
      type="button"
      class={`finding-card ${finding.severity}`}
      aria-pressed={viewer.isSelected("finding", finding.id)}
      onClick={() => viewer.goTo(finding)}
    >
      <span class="sign" aria-label={finding.severity}>{SIGNS[finding.severity] ?? "·"}</span>
      <strong>{finding.rule}</strong>
      <span class="dim">
        {listeners.join(", ")}
        {start !== null && end !== null && ` · at ${time(start)} for ${time(end - start)}`}
        {!finding.complete && " · incomplete"}
      </span>
      <span class="text">{finding.summary}</span>
    </button>
  );
}

const outcomesOf = kept((trace: Trace): [string, number][] => {
  const counts = new Map<number, number>();
  for (const number of trace.connections.outcome.data) {
    counts.set(number, (counts.get(number) ?? 0) + 1);
  }
  return [...counts]
    .map(([number, many]): [string, number] => [trace.words.names[number], many])
    .sort((a, b) => b[1] - a[1]);
});

function Outcomes({ viewer, trace }: { viewer: Viewer; trace: Trace }) {
  return (
    <table class="figures">
      <tbody>
        {outcomesOf(trace).map(([outcome, many]) => (
          <tr key={outcome}>
            <th scope="row">
              <button
                type="button"
                class="link"
                onClick={() => (viewer.search.value = `outcome:${outcome}`)}
              >
                {outcomeWords(outcome)}
              </button>
            </th>
            <td>{count(many)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const DATA_MODES: Record<string, string> = {
  runs: "counted in runs", events: "one by one", off: "not traced",
};

function factsOf(trace: Trace): Fact[] {
  const { host, capture, loss } = trace;
  return [
    ["host", host.name],
    ["kernel", [host.kernel, host.machine].filter(Boolean).join(" ")],
    ["traced", capture.target],
    ["began", capture.started_at?.replace("T", " ").replace("Z", " UTC") ?? null],
    ["lasted", capture.duration_ns === null ? null : time(capture.duration_ns)],
    ["connections", count(trace.connectionCount)],
    ["their events", count(trace.eventCount)],
    ["listeners", count(trace.listeners.size)],
    ["processes", count(trace.processes.size)],
    ["sends and receives", DATA_MODES[capture.data_mode ?? ""] ?? capture.data_mode],
    ["complete", loss.complete ? "yes, nothing was lost" : `no: ${lossText(trace)}`],
  ];
}

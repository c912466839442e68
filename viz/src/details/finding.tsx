// SPDX-License-Identifier: BSD-2-Clause
//
// A finding: what is wrong, what says so, what was ruled out, what to do.

import type { Advice, Finding } from "../format/types";
import { addressText } from "../model/address";
import { evidenceText } from "./evidence";
import { Facts, Few, Link, Part, Snippet, moment, span, type Context, type Fact } from "./parts";

const SEVERITIES: Record<string, string> = {
  critical: "critical",
  warning: "a warning",
  info: "nothing wrong",
};

function listeners(of: Finding, context: Context) {
  return (
    <Few
      of={of.listeners}
      most={8}
      each={(id) => {
        const listener = context.trace.listeners.get(id);
        return (
          <span key={id}>
            <Link to={{ kind: "listener", id }} context={context}>
              {listener ? addressText(listener) || `#${id}` : `#${id}`}
            </Link>{" "}
          </span>
        );
      }}
    />
  );
}

function connections(of: Finding, context: Context) {
  return (
    <Few
      of={of.connections}
      most={24}
      each={(id) => (
        <span key={id}>
          <Link to={{ kind: "connection", id }} context={context}>
            #{id}
          </Link>{" "}
        </span>
      )}
    />
  );
}

function facts(of: Finding, context: Context): Fact[] {
  return [
    ["Listener", of.listeners.length > 0 && listeners(of, context)],
    ["From", moment(context.trace, of.start_ns)],
    ["Lasted", span(of.start_ns, of.end_ns)],
    ["Connections", of.connections.length > 0 && connections(of, context)],
    ["Also true", of.contributing.join(", ")],
    ["Rests on", !of.complete && "an incomplete trace: events of that time were lost"],
  ];
}

function valueText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function AdviceView({ of }: { of: Advice }) {
  const change =
    of.proposed === null
      ? ""
      : `${of.present === null ? "" : `${valueText(of.present)} → `}${valueText(of.proposed)}`;
  return (
    <li>
      <p>{of.text}</p>
      {change && (
        <p>
          <small>
            {of.action}: {change}
          </small>
        </p>
      )}
      {of.command && (
        <Snippet text={of.command} label="Copy command" shown={!of.text.includes(of.command)} />
      )}
    </li>
  );
}

export function FindingDetails({ of, context }: { of: Finding; context: Context }) {
  return (
    <>
      <h2 class={of.severity}>{of.rule}</h2>
      <p>{SEVERITIES[of.severity] ?? of.severity}</p>
      <p class="summary">{of.summary}</p>
      {of.advice.length > 0 && (
        <Part title="What to do">
          <ol class="advice">
            {of.advice.map((one) => (
              <AdviceView of={one} />
            ))}
          </ol>
        </Part>
      )}
      <Facts of={facts(of, context)} />
      <Part title="What says so">
        <Facts of={Object.entries(of.evidence).map(([key, value]) => evidenceText(key, value))} />
      </Part>
      {of.excluded.length > 0 && (
        <Part title="What it is not">
          <Facts of={of.excluded.map(({ rule, because }) => [rule, because])} />
        </Part>
      )}
    </>
  );
}

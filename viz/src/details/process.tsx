// SPDX-License-Identifier: BSD-2-Clause
//
// Everything known about a process.

import type { Id, Process } from "../format/types";
import { addressText, processText } from "../model/address";
import { Facts, Link, Part, moment, type Context, type Fact } from "./parts";

export function ProcessLink({ id, context }: { id: Id | null; context: Context }) {
  const process = id === null ? undefined : context.trace.processes.get(id);
  if (!process) return <>nobody known</>;
  return (
    <Link to={{ kind: "process", id: process.id }} context={context}>
      {processText(process)}
    </Link>
  );
}

function facts(of: Process, context: Context): Fact[] {
  const { trace } = context;
  return [
    ["Command line", of.cmdline && <code>{of.cmdline}</code>],
    ["Started", moment(trace, of.start_ns)],
    ["Exited", moment(trace, of.end_ns) ?? "not before the trace ended"],
    ["User", of.uid],
    ["Cgroup", of.cgroup],
    ["Network namespace", of.netns],
  ];
}

export function ProcessDetails({ of, context }: { of: Process; context: Context }) {
  const { trace } = context;
  const listeners = [...trace.listeners.values()].filter((listener) =>
    listener.owners.some((owner) => owner.process === of.id),
  );
  return (
    <>
      <h2>{processText(of)}</h2>
      <p>a process</p>
      <Facts of={facts(of, context)} />
      {of.names.length > 1 && (
        <Part title="Its names">
          <Facts of={of.names.map(([t, name]) => [moment(trace, t) ?? "at first", name])} />
        </Part>
      )}
      {listeners.length > 0 && (
        <Part title="Listens on">
          {listeners.map((listener) => (
            <p key={listener.id}>
              <Link to={{ kind: "listener", id: listener.id }} context={context}>
                {listener.protocol} {addressText(listener)}
              </Link>
            </p>
          ))}
        </Part>
      )}
    </>
  );
}

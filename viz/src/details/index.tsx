// SPDX-License-Identifier: BSD-2-Clause
//
// The details of what is selected, whatever it is.

import type { JSX } from "preact";
import { findAcceptor } from "../model/acceptors";
import type { Selection } from "../model/selection";
import type { Trace } from "../model/trace";
import { AcceptorDetails } from "./acceptor";
import { ConnectionDetails } from "./connection";
import { FindingDetails } from "./finding";
import { ListenerDetails } from "./listener";
import { Copy, type Context } from "./parts";
import { ProcessDetails } from "./process";
import { SocketDetails } from "./socket";

/** The object as the document has it, and its panel. undefined: there is no such thing. */
function panelOf({ kind, id }: Selection, context: Context): [object, JSX.Element] | undefined {
  const { trace } = context;
  const show = <T extends object>(
    of: T | undefined,
    Panel: (props: { of: T; context: Context }) => JSX.Element,
  ) =>
    of &&
    ([of, <Panel key={`${kind} ${id}`} of={of} context={context} />] as [object, JSX.Element]);
  switch (kind) {
    case "connection":
      return show(trace.connection(id), ConnectionDetails);
    case "listener":
      return show(trace.listeners.get(id), ListenerDetails);
    case "acceptor": {
      const found = findAcceptor(trace, id);
      return found && [
        found.segment ?? found.acceptor,
        <AcceptorDetails key={id} of={found} context={context} />,
      ];
    }
    case "process":
      return show(trace.processes.get(id), ProcessDetails);
    case "socket":
      return show(trace.sockets.get(id), SocketDetails);
    case "finding":
      return show(trace.findings.get(id), FindingDetails);
  }
}

export interface DetailsProps {
  selection: Selection;
  trace: Trace;
  onSelect: (selection: Selection) => void;
}

export function DetailsView({ selection, trace, onSelect }: DetailsProps) {
  const panel = panelOf(selection, { trace, select: onSelect });
  if (!panel)
    return (
      <p class="details">
        There is no {selection.kind} #{selection.id} in this trace.
      </p>
    );
  const [object, view] = panel;
  return (
    <article class="details" aria-label={`Details of ${selection.kind} #${selection.id}`}>
      {view}
      <p class="details-actions">
        <Copy text={() => JSON.stringify(object, null, 2)}>Copy as JSON</Copy>
      </p>
    </article>
  );
}

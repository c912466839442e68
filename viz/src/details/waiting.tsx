// SPDX-License-Identifier: BSD-2-Clause
//
// The clients that found a UNIX listener's queue full.

import type { UnixClient } from "../format/types";
import { program } from "../model/address";
import { plural, time } from "../model/units";
import { Few, Link, Part, type Context } from "./parts";

const MOST = 20;

/** "waited 2.1 s, then got in", "104 times EAGAIN in 3 s, not in when the trace ended". */
export function waitText({ since_ns, until_ns, eagain, got_in }: UnixClient, end: number): string {
  const span = time((until_ns ?? end) - since_ns);
  const wait = eagain > 0 ? `${plural(eagain, "time")} EAGAIN in ${span}` : `waited ${span}`;
  if (got_in) return `${wait}, then got in`;
  return `${wait}, ${until_ns === null ? "not in when the trace ended" : "did not get in"}`;
}

/** Those that waited longest come first. */
export function Waiting({ of, context }: { of: UnixClient[]; context: Context }) {
  if (!of.length) return null;
  const { end } = context.trace;
  const waited = ({ since_ns, until_ns }: UnixClient) => (until_ns ?? end) - since_ns;
  return (
    <Part title="Who found the queue full">
      <ul class="peers">
        <Few
          of={[...of].sort((a, b) => waited(b) - waited(a))}
          most={MOST}
          each={(client) => (
            <li>
              <Who of={client} context={context} />: {waitText(client, end)}
            </li>
          )}
        />
      </ul>
    </Part>
  );
}

function Who({ of, context }: { of: UnixClient; context: Context }) {
  const name = program(of) || "unknown";
  const text = of.tid === null || of.tid === of.pid ? name : `${name} thread ${of.tid}`;
  if (of.process === null) return <>{text}</>;
  return (
    <Link to={{ kind: "process", id: of.process }} context={context}>
      {text}
    </Link>
  );
}

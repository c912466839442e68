// SPDX-License-Identifier: BSD-2-Clause
//
// Everything known about a socket that became neither listener nor connection.

import type { Socket } from "../format/types";
import { SocketFlowchart } from "../flowchart";
import { storyAlone } from "../flowchart/steps";
import { Calls } from "./calls";
import { Facts, type Context } from "./parts";
import { ProcessLink } from "./process";

export function SocketDetails({ of, context }: { of: Socket; context: Context }) {
  return (
    <>
      <h2>{of.protocol} socket</h2>
      <p class={of.outcome === "failed" ? "bad" : ""}>{of.outcome}; it led to no connection</p>
      <Facts
        of={[
          ["Process", <ProcessLink id={of.process} context={context} />],
          ["Descriptor", of.fd !== null && `fd ${of.fd}`],
          ["Type", of.type],
          ["Family", of.family],
        ]}
      />
      <SocketFlowchart socket={of} processes={context.trace.processes} />
      <Calls story={storyAlone(of.events, [], false)} />
    </>
  );
}

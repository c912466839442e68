// SPDX-License-Identifier: BSD-2-Clause
//
// The flowchart on the page: the picture, and the way to keep it.

import { useMemo, useRef } from "preact/hooks";
import type { Connection, Listener, Process, Socket } from "../format/types";
import type { Chart } from "./chart";
import { chartOfConnection, chartOfListener, chartOfSocket } from "./make";
import { Picture } from "./picture";
import { saveFile, svgText } from "./save";
import { pageStyle } from "./style";

type Processes = Map<string, Process>;

function ChartView({ chart, name }: { chart: Chart; name: string }) {
  const frame = useRef<HTMLDivElement>(null);
  const save = () =>
    saveFile(`${name}.svg`, "image/svg+xml", svgText(frame.current!.querySelector("svg")!));
  return (
    <section class="flowchart-view" aria-label="Flowchart">
      <style>{pageStyle}</style>
      <div class="flowchart-frame" ref={frame} tabIndex={0}>
        <Picture chart={chart} />
      </div>
      <button type="button" class="flowchart-save" onClick={save}>
        Save as SVG
      </button>
    </section>
  );
}

export interface FlowchartProps {
  connection: Connection;
  processes: Processes;
  /** What the connection came from: its socket(), bind() and listen() stand above. */
  listener?: Listener | null;
}

export function FlowchartView({ connection, processes, listener = null }: FlowchartProps) {
  const chart = useMemo(
    () => chartOfConnection(connection, listener, processes),
    [connection, listener, processes],
  );
  return <ChartView chart={chart} name={`connection-${connection.id}`} />;
}

export function ListenerFlowchart({
  listener,
  processes,
}: {
  listener: Listener;
  processes: Processes;
}) {
  return (
    <ChartView chart={chartOfListener(listener, processes)} name={`listener-${listener.id}`} />
  );
}

export function SocketFlowchart({ socket, processes }: { socket: Socket; processes: Processes }) {
  return <ChartView chart={chartOfSocket(socket, processes)} name={`socket-${socket.id}`} />;
}

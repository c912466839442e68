// SPDX-License-Identifier: BSD-2-Clause
//
// The names of the listeners beside their lanes; each selects its listener.

import type { Listener } from "../format/types";
import { dropsIn, type Lane, lanesHeight } from "../layout/lanes";
import { addressText, processText } from "../model/address";
import type { Trace } from "../model/trace";
import { count, time } from "../model/units";
import type { Viewer } from "./viewer";

interface Props {
  viewer: Viewer;
  lanes: Lane[];
  width: number;
}

export function LaneLabels({ viewer, lanes, width }: Props) {
  return (
    <div class="lane-labels" style={{ width: `${width}px`, height: `${lanesHeight(lanes)}px` }}>
      {lanes.map(({ listener, height }) => (
        <button
          type="button"
          key={listener.id}
          style={{ height: `${height}px` }}
          class={viewer.isSelected("listener", listener.id) ? "lane selected" : "lane"}
          onClick={() => viewer.select({ kind: "listener", id: listener.id })}
        >
          <strong>{listener.protocol} {addressText(listener)}</strong>
          {dropsIn(listener) > 0 && <span class="bad">{count(dropsIn(listener))} dropped</span>}
          <span class="dim">{ownersText(viewer.trace.value!, listener)}</span>
          <span>{figures(listener)}</span>
        </button>
      ))}
    </div>
  );
}

/** "nginx[812] +2": the first owner and how many more there are. */
function ownersText(trace: Trace, listener: Listener): string {
  const owners = listener.owners
    .map(({ process }) => trace.processes.get(process ?? ""))
    .filter((process) => process !== undefined);
  return processText(owners[0]) + (owners.length > 1 ? ` +${owners.length - 1}` : "");
}

function figures({ queue, backlog, accept_wait_ns }: Listener): string {
  const parts = [`queue ${count(queue.depth_max)} of ${count(backlog.effective)}`];
  if (accept_wait_ns.p99 !== null) parts.push(`p99 wait ${time(accept_wait_ns.p99)}`);
  return parts.join(", ");
}

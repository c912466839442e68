// SPDX-License-Identifier: BSD-2-Clause
//
// The panel beside the drawings: summary, the selected thing's details and flowchart, the range.

import { useRef } from "preact/hooks";
import { DetailsView } from "../details";
import { FlowchartView, ListenerFlowchart, SocketFlowchart } from "../flowchart";
import type { Connection } from "../format/types";
import type { Selection } from "../model/selection";
import type { Trace } from "../model/trace";
import { kept } from "./kept";
import { RangePage } from "./range";
import { Summary } from "./summary";
import type { Tab, Viewer } from "./viewer";

const TITLES: Record<Tab, string> = {
  summary: "Summary", details: "Details", flowchart: "Flowchart", range: "Range",
};

const LEAST_WIDTH = 280;

export function Panel({ viewer }: { viewer: Viewer }) {
  const element = useRef<HTMLElement>(null);
  if (!viewer.panelOpen.value) return null;
  const tabs = tabsOf(viewer);
  const tab = tabs.includes(viewer.tab.value) ? viewer.tab.value : tabs[0];
  return (
    <>
      <div
        class="divider"
        role="separator"
        aria-orientation="vertical"
        aria-label="Width of the panel"
        onPointerDown={(event) => resize(event, element.current!)}
      />
      <aside class="panel" ref={element} aria-label="About the trace and the selection">
        <div class="tabs" role="tablist" onKeyDown={(event) => stepTab(viewer, tabs, tab, event)}>
          {tabs.map((name) => (
            <button
              type="button"
              role="tab"
              key={name}
              id={`tab-${name}`}
              aria-selected={name === tab}
              aria-controls="page"
              tabIndex={name === tab ? 0 : -1}
              onClick={() => (viewer.tab.value = name)}
            >
              {TITLES[name]}
            </button>
          ))}
        </div>
        <div class={`page page-${tab}`} id="page" role="tabpanel" aria-labelledby={`tab-${tab}`}>
          <Page viewer={viewer} tab={tab} />
        </div>
      </aside>
    </>
  );
}

function tabsOf(viewer: Viewer): Tab[] {
  const { selection, range } = viewer;
  const tabs: Tab[] = ["summary"];
  if (selection.value) tabs.push("details");
  if (hasFlowchart(selection.value?.kind)) tabs.push("flowchart");
  if (range.value) tabs.push("range");
  return tabs;
}

function hasFlowchart(kind: string | undefined): boolean {
  return kind === "connection" || kind === "listener" || kind === "socket";
}

function stepTab(viewer: Viewer, tabs: Tab[], tab: Tab, event: KeyboardEvent): void {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by) return;
  const next = tabs[(tabs.indexOf(tab) + by + tabs.length) % tabs.length];
  viewer.tab.value = next;
  document.getElementById(`tab-${next}`)?.focus();
}

const connectionOf = kept((trace: Trace, id: string): Connection => trace.connection(id)!);

function Page({ viewer, tab }: { viewer: Viewer; tab: Tab }) {
  const trace = viewer.trace.value!;
  const selection = viewer.selection.value;
  if (tab === "summary" || !selection) {
    return tab === "range" ? <RangePage viewer={viewer} /> : <Summary viewer={viewer} />;
  }
  if (tab === "range") return <RangePage viewer={viewer} />;
  if (tab === "details") {
    const select = (next: Selection) => viewer.select(next);
    return <DetailsView selection={selection} trace={trace} onSelect={select} />;
  }
  const { processes } = trace;
  if (selection.kind === "listener") {
    const listener = trace.listeners.get(selection.id)!;
    return <ListenerFlowchart listener={listener} processes={processes} />;
  }
  if (selection.kind === "socket") {
    return <SocketFlowchart socket={trace.sockets.get(selection.id)!} processes={processes} />;
  }
  const connection = connectionOf(trace, selection.id);
  const listener = trace.listeners.get(connection.listener ?? "");
  return <FlowchartView connection={connection} processes={processes} listener={listener} />;
}

function resize(event: PointerEvent, panel: HTMLElement): void {
  const divider = event.currentTarget as HTMLElement;
  divider.setPointerCapture(event.pointerId);
  divider.onpointermove = ({ clientX }) => {
    const width = Math.min(Math.max(innerWidth - clientX, LEAST_WIDTH), innerWidth * 0.7);
    panel.style.width = `${width}px`;
  };
  divider.onpointerup = () => (divider.onpointermove = null);
}

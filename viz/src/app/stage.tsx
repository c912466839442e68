// SPDX-License-Identifier: BSD-2-Clause
//
// The drawings and what lies over them: navigator, axis, listeners' lanes, connections' rows.

import { effect } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Listener } from "../format/types";
import { listenersInOrder } from "../layout/lanes";
import { layoutEpisodes } from "../layout/episodes";
import { gutterColumns } from "../draw/gutter";
import { Frame, type Canvases } from "./frame";
import { LaneLabels } from "./lanes";
import { offsetX, offsetY, onNavigatorDown, onPlotDown, onPlotWheel } from "./pointer";
import { RowList } from "./rowlist";
import { Tooltip } from "./tooltip";
import type { Viewer } from "./viewer";

/** The fewer listeners, the higher their lanes. */
function laneHeightFor(count: number): number {
  return count <= 2 ? 84 : count <= 4 ? 64 : 48;
}

export function Stage({ viewer }: { viewer: Viewer }) {
  const element = useRef<HTMLDivElement>(null);
  const lanes = useRef<HTMLDivElement>(null);
  const [frame, setFrame] = useState<Frame | null>(null);
  const [width, setWidth] = useState(0);
  const trace = viewer.trace.value!;
  const listeners = useMemo(() => listenersInOrder(trace), [trace]);
  const laneHeight = laneHeightFor(listeners.length);
  const pending = useRef<() => void>(() => {});

  useEffect(() => {
    const made = new Frame(viewer, canvasesIn(element.current!));
    setFrame(made);
    return drawWhenNeeded(viewer, made, element.current!, setWidth, pending, () =>
      made.draw(listeners, laneHeight, lanes.current?.scrollTop ?? 0));
  }, [trace]);

  const columns = gutterColumns(width);
  return (
    <div class="stage" ref={element}>
      <canvas
        class="navigator"
        aria-hidden="true"
        onPointerDown={(event) => onNavigatorDown(viewer, event)}
      />
      <div class="heads">
        <div class="columns" role="group" aria-label="Sort the connections by">
          {columns.map((column) => (
            <ColumnHead key={column.title} viewer={viewer} column={column} />
          ))}
        </div>
        <Plot viewer={viewer} frame={frame} class="axis" click={() => {}} />
      </div>
      <div
        class="lanes"
        ref={lanes}
        style={{ height: `${listeners.length * laneHeight + 1}px` }}
        onScroll={() => pending.current()}
        role="group"
        aria-label="Listeners"
      >
        <Plot
          viewer={viewer}
          frame={frame}
          class="lanes-plot"
          click={(event) => clickLane(viewer, frame!, listeners, laneHeight, event)}
        />
        <LaneLabels
          viewer={viewer}
          listeners={listeners}
          height={laneHeight}
          width={columns.reduce((sum, column) => sum + column.width, 10)}
        />
      </div>
      <div class="rows">
        <Plot
          viewer={viewer}
          frame={frame}
          class="rows-plot"
          rows
          click={(event) => clickRow(viewer, frame!, event)}
        />
        <canvas
          class="map"
          aria-hidden="true"
          hidden
          onPointerDown={(event) => dragMap(viewer, frame!, event)}
        />
        {frame && <RowList viewer={viewer} frame={frame} />}
      </div>
      <Tooltip viewer={viewer} />
    </div>
  );
}

function canvasesIn(stage: HTMLElement): Canvases {
  const canvas = (name: string) => stage.querySelector<HTMLCanvasElement>(`canvas.${name}`)!;
  return {
    navigator: canvas("navigator"), axis: canvas("axis"), lanes: canvas("lanes-plot"),
    rows: canvas("rows-plot"), map: canvas("map"),
  };
}

/** Draws at most once per frame of the screen, when the state, the size or the theme changed. */
function drawWhenNeeded(
  viewer: Viewer,
  frame: Frame,
  stage: HTMLElement,
  setWidth: (width: number) => void,
  pending: { current: () => void },
  draw: () => void,
): () => void {
  let asked = 0;
  const ask = () => {
    asked ||= requestAnimationFrame(() => {
      asked = 0;
      draw();
    });
  };
  pending.current = ask;
  const stop = effect(() => {
    viewer.view.value; viewer.order.value; viewer.fit.value; viewer.range.value;
    viewer.hover.value; viewer.scroll.value;
    ask();
  });
  const stopReveal = effect(() => {
    viewer.selection.value;
    viewer.order.value;
    ask();
    requestAnimationFrame(() => frame.reveal());
  });
  const recolour = () => {
    frame.recolour();
    ask();
  };
  const stopTheme = effect(() => {
    viewer.theme.value;
    recolour();
  });
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", recolour);
  const observer = new ResizeObserver(() => {
    setWidth(stage.querySelector("canvas.rows-plot")!.clientWidth);
    ask();
  });
  observer.observe(stage);
  return () => {
    stop();
    stopReveal();
    stopTheme();
    scheme.removeEventListener("change", recolour);
    observer.disconnect();
    cancelAnimationFrame(asked);
  };
}

interface PlotProps {
  viewer: Viewer;
  frame: Frame | null;
  class: string;
  rows?: boolean;
  click: (event: PointerEvent) => void;
}

function Plot({ viewer, frame, class: name, rows = false, click }: PlotProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    // Preact listens passively to wheels, and a passive listener cannot keep the page from zooming.
    const onWheel = (event: WheelEvent) => {
      if (!frame) return;
      const taken = onPlotWheel(viewer, frame, event);
      if (!taken && rows) scrollRows(viewer, frame, event.deltaY);
      if (taken || rows) event.preventDefault();
    };
    canvas.current!.addEventListener("wheel", onWheel, { passive: false });
    return () => canvas.current?.removeEventListener("wheel", onWheel);
  }, [frame]);
  const hover = (event: PointerEvent) => {
    const x = offsetX(event);
    if (!frame || x < frame.geometry().left) return void (viewer.hover.value = null);
    const row = rows ? frame.rowUnder(x, offsetY(event)) : -1;
    viewer.hover.value = { time: frame.timeUnder(x), x: event.clientX, y: event.clientY, row };
  };
  return (
    <canvas
      class={name}
      ref={canvas}
      aria-hidden="true"
      onPointerDown={(event) => frame && onPlotDown(viewer, frame, event, click)}
      onPointerMove={hover}
      onPointerLeave={() => (viewer.hover.value = null)}
      onDblClick={() => viewer.fitSelection()}
    />
  );
}

function scrollRows(viewer: Viewer, frame: Frame, by: number): void {
  const area = document.querySelector("canvas.rows-plot")!.clientHeight;
  const most = Math.max(frame.bands.count * frame.bands.height - area, 0);
  viewer.scroll.value = Math.min(Math.max(viewer.scroll.value + by, 0), most);
}

function dragMap(viewer: Viewer, frame: Frame, event: PointerEvent): void {
  const target = event.currentTarget as HTMLElement;
  const { top, height } = target.getBoundingClientRect();
  const whole = frame.bands.count * frame.bands.height;
  const go = ({ clientY }: PointerEvent) => {
    viewer.scroll.value = 0;
    scrollRows(viewer, frame, ((clientY - top) / height) * whole - height / 2);
  };
  target.setPointerCapture(event.pointerId);
  target.onpointermove = go;
  target.onpointerup = () => (target.onpointermove = null);
  go(event);
}

function clickRow(viewer: Viewer, frame: Frame, event: PointerEvent): void {
  const { left, top } = document.querySelector("canvas.rows-plot")!.getBoundingClientRect();
  const row = frame.rowUnder(event.clientX - left, event.clientY - top);
  viewer.range.value = null;
  viewer.select(row < 0 ? null : { kind: "connection", id: viewer.trace.value!.idOf(row) });
}

function clickLane(
  viewer: Viewer,
  frame: Frame,
  listeners: Listener[],
  height: number,
  event: PointerEvent,
): void {
  const canvas = document.querySelector("canvas.lanes-plot")!;
  const { left, top } = canvas.getBoundingClientRect();
  const scroll = canvas.parentElement!.scrollTop;
  const listener = listeners[Math.floor((event.clientY - top + scroll) / height)];
  if (!listener) return;
  const geometry = frame.geometry();
  const x = event.clientX - left - geometry.left;
  const episodes = layoutEpisodes(viewer.trace.value!, listener.id, geometry.view);
  const hit = episodes.find(({ from, to }) => x >= from - 2 && x <= to + 2);
  if (hit) viewer.goTo(hit.finding);
  else viewer.select({ kind: "listener", id: listener.id });
}

function ColumnHead({ viewer, column }: {
  viewer: Viewer;
  column: ReturnType<typeof gutterColumns>[number];
}) {
  const { by, descending } = viewer.sorting.value;
  const style = { width: `${column.width}px`, textAlign: column.align };
  const { sorts } = column;
  if (!sorts) return <span style={style}>{column.title}</span>;
  const mine = by === sorts;
  return (
    <button
      type="button"
      style={style}
      aria-pressed={mine}
      title={`Sort by ${sorts}`}
      onClick={() => viewer.sortBy(sorts)}
    >
      {column.title}
      {mine && <span aria-label={descending ? "descending" : "ascending"}>
        {descending ? " ▾" : " ▴"}
      </span>}
    </button>
  );
}

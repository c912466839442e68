// SPDX-License-Identifier: BSD-2-Clause
//
// The drawings and what lies over them: navigator, axis, listeners' lanes, connections' rows.

import { effect } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { lanesHeight, lanesOf } from "../layout/lanes";
import { gutterColumns } from "../draw/gutter";
import { Frame, type Canvases } from "./frame";
import { LaneLabels } from "./lanes";
import { COLOURS, Legend } from "./legend";
import { offsetX, onNavigatorDown, onPlotDown, onPlotWheel } from "./pointer";
import { RowList } from "./rowlist";
import { Tooltip } from "./tooltip";
import { clickLane, clickRow, laneText, rowUnderText } from "./under";
import type { Viewer } from "./viewer";

export function Stage({ viewer }: { viewer: Viewer }) {
  const element = useRef<HTMLDivElement>(null);
  const scrolled = useRef<HTMLDivElement>(null);
  const [frame, setFrame] = useState<Frame | null>(null);
  const [width, setWidth] = useState(0);
  const trace = viewer.trace.value!;
  const lanes = useMemo(() => lanesOf(trace), [trace]);
  const pending = useRef<() => void>(() => {});

  useEffect(() => {
    const made = new Frame(viewer, canvasesIn(element.current!));
    setFrame(made);
    return drawWhenNeeded(viewer, made, element.current!, setWidth, pending, () =>
      made.draw(lanes, scrolled.current?.scrollTop ?? 0));
  }, [trace]);

  const columns = gutterColumns(width, viewer.fit.value);
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
        ref={scrolled}
        style={{ height: `${lanesHeight(lanes) + 1}px` }}
        onScroll={() => pending.current()}
        role="group"
        aria-label="Listeners"
      >
        <Plot
          viewer={viewer}
          frame={frame}
          class="lanes-plot"
          text={(event) => laneText(viewer, frame!, lanes, event)}
          click={(event) => clickLane(viewer, frame!, lanes, event)}
        />
        <LaneLabels
          viewer={viewer}
          lanes={lanes}
          width={columns.reduce((sum, column) => sum + column.width, 10)}
        />
      </div>
      <div class="rows">
        <Plot
          viewer={viewer}
          frame={frame}
          class="rows-plot"
          rows
          text={(event) => rowUnderText(viewer, frame!, event)}
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
      <Legend of={COLOURS} title="Colours of the connections" />
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
  /** What is under the pointer, in words. */
  text?: (event: PointerEvent) => string;
  click: (event: PointerEvent) => void;
}

function Plot({ viewer, frame, class: name, rows = false, text, click }: PlotProps) {
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
    viewer.hover.value = {
      time: frame.timeUnder(x), x: event.clientX, y: event.clientY, text: text?.(event) ?? "",
    };
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

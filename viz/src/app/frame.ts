// SPDX-License-Identifier: BSD-2-Clause
//
// One frame of the stage: asks layout what stands where, and lets draw paint it. What does not
// change while one pans (the drops, the navigator's picture) is kept from frame to frame.

import { drawAxis, drawGrid, drawMoment, drawRange } from "../draw/axis";
import { BandPainter, drawTicks } from "../draw/bands";
import {
  drawGutterNote, drawGutterRow, type GutterColumn, gutterColumns, gutterWidth,
} from "../draw/gutter";
import { drawActTitle, drawActs } from "../draw/acts";
import { drawLane } from "../draw/lane";
import { drawNavigator } from "../draw/navigator";
import { type Palette, readPalette } from "../draw/palette";
import { drawScrollMap } from "../draw/scrollmap";
import { type Surface, surfaceOf } from "../draw/surface";
import { ActCells } from "../layout/activity";
import { BandCells, type Bands, bandsOf, rowAt, rowsInView, worstByPart } from "../layout/bands";
import { dropsOf, layoutDrops } from "../layout/drops";
import { layoutEpisodes } from "../layout/episodes";
import { ACT_HEIGHT, type Lane } from "../layout/lanes";
import { layoutLoad } from "../layout/load";
import { layoutQueue } from "../layout/queue";
import { eventBlocks, layoutTicks } from "../layout/ticks";
import { timeAt, type View } from "../layout/view";
import type { Trace } from "../model/trace";
import { plural } from "../model/units";
import { kept } from "./kept";
import type { Viewer } from "./viewer";

export interface Canvases {
  navigator: HTMLCanvasElement;
  axis: HTMLCanvasElement;
  lanes: HTMLCanvasElement;
  rows: HTMLCanvasElement;
  map: HTMLCanvasElement;
}

/** Where things are: the gutter's columns, and how wide it and the plot beside it are. */
export interface Geometry {
  columns: GutterColumn[];
  left: number;
  view: View;
}

export const MAP_WIDTH = 14;
const HIT_REACH = 3;
/** Bands as high as this have text beside them. */
const LEAST_TEXT = 12;
/** Room for the number beside a mark. */
const DROPS_APART = 48;

export class Frame {
  /** The rows in view as they were last drawn, and the bands they lie in. */
  rows: Uint32Array = new Uint32Array(0);
  bands: Bands = { height: 1, per: 1, count: 0 };
  private cells = new BandCells();
  private acts = new ActCells();
  private painter = new BandPainter();
  private ticks = new Uint8Array(0);
  private palette: Palette | undefined;
  private blocks = kept(eventBlocks);
  private drops = kept(dropsOf);
  private load = kept((trace: Trace, order: Uint32Array, width: number) =>
    layoutLoad(trace, order, { start: trace.start, end: trace.end, width }));
  private worst = kept(worstByPart);
  private viewer: Viewer;
  private canvases: Canvases;

  constructor(viewer: Viewer, canvases: Canvases) {
    this.viewer = viewer;
    this.canvases = canvases;
  }

  /** The colours are to be read again. */
  recolour(): void {
    this.palette = undefined;
  }

  geometry(): Geometry {
    const width = this.canvases.rows.clientWidth;
    const columns = gutterColumns(width, this.viewer.fit.value);
    const left = gutterWidth(columns);
    const plot = Math.max(width - left, 1);
    return { columns, left, view: { ...this.viewer.view.value, width: plot } };
  }

  draw(lanes: Lane[], laneScroll: number): void {
    const trace = this.viewer.trace.value;
    if (!trace) return;
    const geometry = this.geometry();
    this.drawNavigator(trace);
    const axis = this.surface("axis");
    this.drawRange(axis, geometry, "area");
    drawAxis(axis, geometry.view, geometry.left);
    this.drawOverlay(axis, geometry);
    this.drawLanes(trace, geometry, lanes, laneScroll);
    this.drawRows(trace, geometry);
  }

  private surface(name: keyof Canvases): Surface {
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const { value: theme } = this.viewer.theme;
    this.palette ??= readPalette(
      document.documentElement,
      theme === "system" ? dark : theme === "dark",
    );
    return surfaceOf(this.canvases[name], this.palette);
  }

  private drawNavigator(trace: Trace): void {
    const surface = this.surface("navigator");
    const whole = { ...this.viewer.whole.value, width: surface.width };
    const load = this.load(trace, this.viewer.order.value, surface.width);
    drawNavigator(surface, whole, load, this.viewer.view.value);
  }

  private drawRange(surface: Surface, { view, left }: Geometry, part: "area" | "edges"): void {
    const { value: range } = this.viewer.range;
    if (range) drawRange(surface, view, left, range, part);
  }

  private drawOverlay(surface: Surface, geometry: Geometry): void {
    const { hover } = this.viewer;
    this.drawRange(surface, geometry, "edges");
    if (hover.value) drawMoment(surface, geometry.view, geometry.left, hover.value.time);
  }

  private drawLanes(trace: Trace, geometry: Geometry, lanes: Lane[], scroll: number): void {
    const surface = this.surface("lanes");
    const { view, left } = geometry;
    this.drawRange(surface, geometry, "area");
    drawGrid(surface, view, left);
    for (const lane of lanes) {
      const { listener, queueHeight, height } = lane;
      const top = lane.top - scroll;
      if (top > surface.height || top + height < 0) continue;
      const picture = {
        listener,
        queue: layoutQueue(listener.queue.samples, view),
        drops: layoutDrops(this.drops(trace).get(listener.id)!, view, DROPS_APART),
        episodes: layoutEpisodes(trace, listener.id, view),
      };
      drawLane(surface, picture, view, left, top, queueHeight);
      this.drawActs(surface, geometry, lane, top + queueHeight);
    }
    this.drawOverlay(surface, geometry);
  }

  private drawActs(surface: Surface, { view, left }: Geometry, { rows }: Lane, top: number): void {
    rows.forEach((row, i) => {
      const at = top + i * ACT_HEIGHT;
      drawActTitle(surface, row.title, left, at, ACT_HEIGHT);
      drawActs(surface, this.acts.layout(row, view), left, at, ACT_HEIGHT);
    });
  }

  private drawRows(trace: Trace, geometry: Geometry): void {
    const surface = this.surface("rows");
    const { viewer } = this;
    const { view, left } = geometry;
    const order = viewer.order.value;
    const fit = viewer.fit.value;
    this.rows = rowsInView(trace, order, view);
    this.bands = bandsOf(this.rows.length, surface.height, fit);
    const { bands } = this;
    const scroll = this.scrollWithin(surface.height);
    const from = Math.max(Math.floor(scroll / bands.height), 0);
    const to = Math.min(Math.ceil((scroll + surface.height) / bands.height), bands.count);
    this.drawRange(surface, geometry, "area");
    drawGrid(surface, view, left);
    this.drawSelected(surface, trace, from, to, scroll);
    const cells = this.cells.layout(trace, this.rows, bands, from, to, view);
    const offset = from * bands.height - scroll;
    this.painter.draw(surface, { view, bands, from, count: to - from, cells, offset, left });
    const withText = bands.count > 0 && bands.height >= LEAST_TEXT;
    if (withText) this.drawRowDetails(surface, trace, geometry, from, to, offset);
    else drawGutterNote(surface, this.note(), left);
    this.drawOverlay(surface, geometry);
    this.drawMap(trace, surface.height, scroll);
  }

  /** What stands beside rows that are too thin for text. */
  private note(): string[] {
    const { search, sorting } = this.viewer;
    const { by, descending } = sorting.value;
    const { per, count } = this.bands;
    if (count === 0) {
      return ["no connection at this time", search.value && "that the search would find"];
    }
    return [
      plural(this.rows.length, "connection"),
      per > 1 ? `${per} in a line: the worst shows` : "a line each",
      `by ${by}${descending ? ", largest first" : ""}`,
      "",
      "W zooms in: fewer, and larger",
      "R gives each a row",
    ];
  }

  private drawRowDetails(
    surface: Surface,
    trace: Trace,
    { columns, left, view }: Geometry,
    from: number,
    to: number,
    offset: number,
  ): void {
    const { height } = this.bands;
    if (this.ticks.length !== view.width) this.ticks = new Uint8Array(view.width);
    for (let band = from; band < to; band++) {
      const middle = offset + (band - from + 0.5) * height;
      drawGutterRow(surface, trace, columns, this.rows[band], middle);
      layoutTicks(trace, this.blocks(trace), this.rows[band], view, this.ticks);
      drawTicks(surface, this.ticks, left, middle);
    }
  }

  private drawSelected(
    { context, width, palette }: Surface,
    trace: Trace,
    from: number,
    to: number,
    scroll: number,
  ): void {
    const band = this.selectedBand(trace);
    if (band < from || band >= to) return;
    const { height } = this.bands;
    const high = Math.max(height, 3);
    context.fillStyle = palette.of.select;
    context.fillRect(0, band * height - scroll + (height - high) / 2, width, high);
  }

  private selectedBand(trace: Trace): number {
    const selected = this.viewer.selection.value;
    if (selected?.kind !== "connection") return -1;
    const at = this.rows.indexOf(trace.rowOf(selected.id));
    return at < 0 ? -1 : Math.floor(at / this.bands.per);
  }

  /** Brings the selected connection's row into sight; answers whether that moved anything. */
  reveal(): void {
    const trace = this.viewer.trace.value;
    const band = trace ? this.selectedBand(trace) : -1;
    if (band < 0) return;
    const { height } = this.bands;
    const area = this.canvases.rows.clientHeight;
    const { scroll } = this.viewer;
    const top = band * height;
    if (top < scroll.value) scroll.value = top;
    else if (top + height > scroll.value + area) scroll.value = top + height - area;
  }

  private scrollWithin(height: number): number {
    const most = Math.max(this.bands.count * this.bands.height - height, 0);
    return Math.min(Math.max(this.viewer.scroll.peek(), 0), most);
  }

  private drawMap(trace: Trace, height: number, scroll: number): void {
    const whole = this.bands.count * this.bands.height;
    this.canvases.map.hidden = whole <= height;
    if (whole <= height) return;
    const surface = this.surface("map");
    const worst = this.worst(trace, this.rows, Math.max(Math.floor(surface.height), 1));
    drawScrollMap(surface, worst, scroll / whole, (scroll + height) / whole);
  }

  /** The connection that is drawn at a place of the rows' canvas; -1: none is. */
  rowUnder(x: number, y: number): number {
    const trace = this.viewer.trace.value;
    if (!trace) return -1;
    const { left, view } = this.geometry();
    const scroll = this.scrollWithin(this.canvases.rows.clientHeight);
    const band = Math.floor((y + scroll) / this.bands.height);
    if (band < 0 || band >= this.bands.count) return -1;
    if (this.bands.per === 1 && this.bands.height >= 6) return this.rows[band];
    return rowAt(trace, this.rows, this.bands, band, view, x - left, HIT_REACH);
  }

  timeUnder(x: number): number {
    const { left, view } = this.geometry();
    return timeAt(view, Math.min(Math.max(x - left, 0), view.width));
  }
}

// SPDX-License-Identifier: BSD-2-Clause
//
// The columns beside the timelines: who, to whom, and the figures one sorts by.

import type { Trace } from "../model/trace";
import { bytesOf, type Figure } from "../model/measure";
import { clientText, serverText } from "../model/ends";
import { bytes, time } from "../model/units";
import { Rank } from "../model/kind";
import { MONO_FONT, type Surface, TEXT_FONT, textIn } from "./surface";

export interface GutterColumn {
  title: string;
  sorts?: Figure;
  width: number;
  align: "left" | "right";
  text(trace: Trace, row: number): string;
}

const figure = (title: string, sorts: Figure, text: GutterColumn["text"]): GutterColumn => ({
  title, sorts, width: 62, align: "right", text,
});

const known = (value: number | null, spell: (value: number) => string) =>
  value === null ? "" : spell(value);

const ID: GutterColumn = {
  title: "#", sorts: "start", width: 56, align: "right",
  text: (trace, row) => trace.idOf(row),
};
const CLIENT: GutterColumn = {
  title: "client", width: 146, align: "left", text: clientText,
};
/** As many fit into its column. */
const SERVER_LETTERS = 10;
const SERVER: GutterColumn = {
  title: "server", width: 84, align: "left", text: shortServer,
};
const WAIT = figure("wait", "wait", (trace, row) =>
  known(trace.connections.accept_wait_ns.get(row), time));
const DURATION = figure("duration", "duration", (trace, row) => {
  const { start_ns, end_ns } = trace.connections;
  return known(end_ns.get(row), (end) => time(end - start_ns.data[row]));
});
const BYTES = figure("bytes", "bytes", (trace, row) => known(bytesOf(trace, row), bytes));
const CONNECT = figure("connect", "connect", (trace, row) =>
  known(trace.connections.connect_ns.get(row), time));

/** What is shown, the most needed first; each is left out where the page is too narrow for it. */
const WANTED = [ID, CLIENT, SERVER, WAIT, DURATION, BYTES, CONNECT];
/** The same where the rows are mostly too thin for text: what one sorts by is needed more. */
const WANTED_AT_ONCE = [ID, CLIENT, WAIT, DURATION, BYTES, SERVER, CONNECT];
const SHOWN = [ID, CLIENT, SERVER, CONNECT, WAIT, DURATION, BYTES];
/** What the drawing keeps beside them; beside the first two, which say who it is, less. */
const LEAST_PLOT = 370;
const LEAST_BESIDE_NAMES = 320;
/** ... and of the whole width, where the rows are thin. */
const LEAST_SHARE = 0.54;

export function gutterColumns(width: number, atOnce: boolean): GutterColumn[] {
  let room = width;
  const least = atOnce ? Math.max(LEAST_PLOT, width * LEAST_SHARE) : LEAST_PLOT;
  const fitting = (atOnce ? WANTED_AT_ONCE : WANTED).filter((column, i) => {
    room -= column.width;
    return room >= (i < 2 ? LEAST_BESIDE_NAMES : least);
  });
  return SHOWN.filter((column) => fitting.includes(column));
}

export function gutterWidth(columns: GutterColumn[]): number {
  return columns.reduce((sum, column) => sum + column.width, 0) + 10;
}

/** Its port is enough; of a path, the end tells it from others. */
function shortServer(trace: Trace, row: number): string {
  const port = trace.server.port.get(row) ?? trace.client.peer_port.get(row);
  if (port !== null) return `:${port}`;
  const text = serverText(trace, row);
  return text.length > SERVER_LETTERS ? `…${text.slice(1 - SERVER_LETTERS)}` : text;
}

export function drawGutterRow(
  surface: Surface,
  trace: Trace,
  columns: GutterColumn[],
  row: number,
  middle: number,
): void {
  const { context, palette } = surface;
  context.font = MONO_FONT;
  let x = 0;
  for (const column of columns) {
    context.fillStyle = column === ID ? palette.of.dim : palette.of.text;
    const at = column.align === "right" ? x + column.width - 6 : x + 6;
    textIn(surface, column.text(trace, row), at, middle, column.width - 10, column.align);
    x += column.width;
  }
  if (trace.spans.ranks[row] < Rank.Warning) return;
  context.fillStyle = rankColour(surface, trace.spans.ranks[row]);
  context.fillRect(0, middle - 7, 3, 14);
}

/** Lines of text where the columns would stand. */
export function drawGutterNote(surface: Surface, lines: string[], width: number): void {
  surface.context.font = TEXT_FONT;
  surface.context.fillStyle = surface.palette.of.dim;
  lines.forEach((line, i) => textIn(surface, line, 10, 18 + i * 18, width - 20));
}

export function rankColour({ palette }: Surface, rank: Rank): string {
  if (rank >= Rank.Error) return palette.of.critical;
  return rank === Rank.Warning ? palette.of.warning : palette.of.line;
}

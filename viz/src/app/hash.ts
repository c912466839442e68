// SPDX-License-Identifier: BSD-2-Clause
//
// The state of the page as the part of the URL after #, so that a view can be bookmarked and
// sent to somebody who has the same file.

import { batch } from "@preact/signals";
import type { Interval } from "../layout/view";
import { findAcceptor } from "../model/acceptors";
import type { Figure } from "../model/measure";
import type { Selection, SelectionKind } from "../model/selection";
import type { Trace } from "../model/trace";
import type { Tab, Theme, Viewer } from "./viewer";

const KINDS: SelectionKind[] = [
  "connection", "listener", "acceptor", "process", "socket", "finding",
];
const FIGURES: Figure[] = ["start", "duration", "connect", "wait", "bytes", "worst"];
const THEMES: Theme[] = ["system", "light", "dark"];
const TABS: Tab[] = ["summary", "details", "flowchart", "range"];

function interval(text: string | null): Interval | null {
  const found = /^(-?\d+)~(-?\d+)$/.exec(text ?? "");
  if (!found || Number(found[1]) >= Number(found[2])) return null;
  return { start: Number(found[1]), end: Number(found[2]) };
}

const spell = ({ start, end }: Interval) => `${Math.round(start)}~${Math.round(end)}`;

/** What differs from how a trace is first shown. */
export function hashOf(viewer: Viewer): string {
  const whole = viewer.whole.value;
  const view = viewer.view.value;
  const { by, descending } = viewer.sorting.value;
  const selection = viewer.selection.value;
  const parts: [string, string | false][] = [
    ["view", (view.start !== whole.start || view.end !== whole.end) && spell(view)],
    ["range", viewer.range.value !== null && spell(viewer.range.value)],
    ["search", viewer.search.value],
    ["sort", (by !== "start" || descending) && (descending ? "-" : "") + by],
    ["rows", viewer.fit.value !== viewer.fitsAtFirst && (viewer.fit.value ? "thin" : "each")],
    ["select", selection !== null && `${selection.kind}:${selection.id}`],
    ["tab", viewer.tab.value !== "summary" && viewer.tab.value],
    ["theme", viewer.theme.value !== "system" && viewer.theme.value],
  ];
  const used = parts.filter((part): part is [string, string] => Boolean(part[1]));
  return new URLSearchParams(used).toString();
}

/** Sets the state from a hash; what it does not say, or says wrongly, is as at first. */
export function applyHash(viewer: Viewer, hash: string): void {
  const said = new URLSearchParams(hash.replace(/^#/, ""));
  const oneOf = <T extends string>(list: T[], key: string, otherwise: T) =>
    list.find((item) => item === said.get(key)) ?? otherwise;
  batch(() => {
    viewer.theme.value = oneOf(THEMES, "theme", "system");
    if (!viewer.trace.value) return;
    viewer.look(interval(said.get("view")) ?? viewer.whole.value);
    viewer.range.value = interval(said.get("range"));
    viewer.search.value = said.get("search") ?? "";
    const [, minus, by] = /^(-?)(\w+)$/.exec(said.get("sort") ?? "") ?? [];
    const figure = FIGURES.find((name) => name === by);
    viewer.sorting.value = { by: figure ?? "start", descending: figure ? minus === "-" : false };
    const rows = said.get("rows");
    viewer.fit.value = rows === "thin" || (rows !== "each" && viewer.fitsAtFirst);
    viewer.selection.value = selectionOf(viewer, said.get("select"));
    viewer.tab.value = oneOf(TABS, "tab", "summary");
  });
}

function selectionOf(viewer: Viewer, text: string | null): Selection | null {
  const [, kindText, id] = /^(\w+):(.+)$/.exec(text ?? "") ?? [];
  const kind = KINDS.find((name) => name === kindText);
  const trace = viewer.trace.value!;
  if (!kind || !id) return null;
  return exists(trace, kind, id) ? { kind, id } : null;
}

function exists(trace: Trace, kind: SelectionKind, id: string): boolean {
  if (kind === "connection") return trace.rowOf(id) >= 0;
  if (kind === "acceptor") return findAcceptor(trace, id) !== undefined;
  return {
    listener: trace.listeners, process: trace.processes, socket: trace.sockets,
    finding: trace.findings,
  }[kind].has(id);
}

// SPDX-License-Identifier: BSD-2-Clause
//
// The state of the page, and what one can do to it. The panels and drawings follow it by
// themselves; keys, pointer and URL change it.

import { batch, computed, signal } from "@preact/signals";
import type { Finding, Id } from "../format/types";
import { findingsInOrder } from "../layout/episodes";
import { around, type Interval, panned, within, zoomed } from "../layout/view";
import { findAcceptor } from "../model/acceptors";
import { orderOf, type Sorting } from "../model/order";
import type { Selection } from "../model/selection";
import type { Trace } from "../model/trace";

export type Theme = "system" | "light" | "dark";
export type Tab = "summary" | "details" | "flowchart" | "range";

export interface Progress {
  done: number;
  connections: number;
}

export interface Hover {
  time: number;
  /** On the page. */
  x: number;
  y: number;
  /** What is there, in words; "": nothing. */
  text: string;
}

const MANY = 300;

const NOTHING: Interval = { start: 0, end: 1 };

export class Viewer {
  readonly trace = signal<Trace | null>(null);
  readonly progress = signal<Progress | null>(null);
  readonly problem = signal("");

  readonly view = signal<Interval>(NOTHING);
  readonly search = signal("");
  readonly sorting = signal<Sorting>({ by: "start", descending: false });
  /** All connections at once, as thin as needs be; else a row each, to be scrolled. */
  readonly fit = signal(true);
  readonly selection = signal<Selection | null>(null);
  readonly range = signal<Interval | null>(null);
  readonly tab = signal<Tab>("summary");
  readonly theme = signal<Theme>("system");
  readonly helpOpen = signal(false);
  readonly panelOpen = signal(true);

  /** How far the rows are scrolled, in pixels. */
  readonly scroll = signal(0);
  /** What is under the pointer. */
  readonly hover = signal<Hover | null>(null);

  readonly order = computed(() => {
    const trace = this.trace.value;
    return trace ? orderOf(trace, this.search.value, this.sorting.value) : new Uint32Array(0);
  });

  readonly whole = computed<Interval>(() => {
    const trace = this.trace.value;
    return trace ? { start: trace.start, end: trace.end } : NOTHING;
  });

  readonly findings = computed<Finding[]>(() => {
    const trace = this.trace.value;
    return trace ? findingsInOrder(trace) : [];
  });

  /** Shows another trace, from its beginning to its end. */
  show(trace: Trace): void {
    batch(() => {
      this.trace.value = trace;
      this.progress.value = null;
      this.problem.value = "";
      this.view.value = this.whole.value;
      this.search.value = "";
      this.selection.value = null;
      this.range.value = null;
      this.tab.value = "summary";
      this.fit.value = this.fitsAtFirst;
      this.scroll.value = 0;
    });
  }

  /** Few connections are shown in a row each, many all at once. */
  get fitsAtFirst(): boolean {
    return (this.trace.value?.connectionCount ?? 0) > MANY;
  }

  look(interval: Interval): void {
    this.view.value = within(interval, this.whole.value);
  }

  zoom(factor: number, at?: number): void {
    const { start, end } = this.view.value;
    this.view.value = zoomed(this.view.value, factor, at ?? (start + end) / 2, this.whole.value);
  }

  pan(by: number): void {
    this.view.value = panned(this.view.value, by, this.whole.value);
  }

  select(selection: Selection | null): void {
    batch(() => {
      const before = this.selection.value;
      this.selection.value = selection;
      const { tab } = this;
      if (!selection) tab.value = "summary";
      else if (selection.kind === "finding") tab.value = "details";
      else if (!before || tab.value === "summary" || tab.value === "range") tab.value = "details";
    });
  }

  /** Goes to the time, the listener and the connections that a finding speaks of. */
  goTo(finding: Finding): void {
    const whole = this.whole.value;
    batch(() => {
      this.select({ kind: "finding", id: finding.id });
      this.view.value = around(finding.start_ns ?? whole.start, finding.end_ns ?? whole.end, whole);
      // A finding that names none shows all, not those of the finding before it.
      if (finding.connections.length > 0) this.search.value = `finding:${finding.id}`;
      else if (this.search.value.startsWith("finding:")) this.search.value = "";
    });
  }

  /** The next finding (or the one before it) after the selected one. */
  step(by: 1 | -1): void {
    const findings = this.findings.value;
    if (findings.length === 0) return;
    const at = findings.findIndex(({ id }) => this.isSelected("finding", id));
    const next = at < 0 ? (by > 0 ? 0 : findings.length - 1) : at + by;
    this.goTo(findings[(next + findings.length) % findings.length]);
  }

  isSelected(kind: Selection["kind"], id: Id): boolean {
    const selected = this.selection.value;
    return selected?.kind === kind && selected.id === id;
  }

  /** Looks at what is selected: a range, a connection, a finding; or else at everything. */
  fitSelection(): void {
    const interval = this.range.value ?? this.extentOfSelection();
    this.view.value = interval
      ? around(interval.start, interval.end, this.whole.value)
      : this.whole.value;
  }

  private extentOfSelection(): Interval | null {
    const trace = this.trace.value;
    const selected = this.selection.value;
    if (!trace || !selected) return null;
    const { start, end } = this.whole.value;
    if (selected.kind === "connection") {
      const row = trace.rowOf(selected.id);
      if (row < 0) return null;
      const { start_ns, end_ns } = trace.connections;
      return { start: start_ns.data[row], end: end_ns.get(row) ?? end };
    }
    if (selected.kind === "acceptor") {
      const segment = findAcceptor(trace, selected.id)?.segment;
      return segment ? { start: segment.start_ns, end: segment.end_ns } : null;
    }
    if (selected.kind === "finding") {
      const finding = trace.findings.get(selected.id);
      return finding ? { start: finding.start_ns ?? start, end: finding.end_ns ?? end } : null;
    }
    return null;
  }

  /** Selects the connection that stands `by` rows further down in the list. */
  move(by: number): void {
    const trace = this.trace.value;
    const order = this.order.value;
    if (!trace || order.length === 0) return;
    const selected = this.selection.value;
    const row = selected?.kind === "connection" ? trace.rowOf(selected.id) : -1;
    const at = order.indexOf(row);
    const last = order.length - 1;
    const first = by === Infinity ? last : 0;
    const next = at < 0 ? first : Math.min(Math.max(at + by, 0), last);
    this.select({ kind: "connection", id: trace.idOf(order[next]) });
    this.reveal();
  }

  /** Moves the view in time until the selected connection is in it. */
  private reveal(): void {
    const extent = this.extentOfSelection();
    const { start, end } = this.view.value;
    if (!extent || (extent.start <= end && extent.end >= start)) return;
    this.pan((extent.start + extent.end) / 2 - (start + end) / 2);
  }

  sortBy(by: Sorting["by"]): void {
    const { by: before, descending } = this.sorting.value;
    const first = by !== "start";
    this.sorting.value = { by, descending: by === before ? !descending : first };
  }

  private dropRange(): void {
    batch(() => {
      this.range.value = null;
      if (this.tab.value === "range") this.tab.value = this.selection.value ? "details" : "summary";
    });
  }

  /** One step back: help, then the range, the search, the selection. */
  escape(): void {
    if (this.helpOpen.value) this.helpOpen.value = false;
    else if (this.range.value) this.dropRange();
    else if (this.selection.value) this.select(null);
    else this.search.value = "";
  }
}

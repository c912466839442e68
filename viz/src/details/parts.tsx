// SPDX-License-Identifier: BSD-2-Clause
//
// What the panels of details are made of: facts, links to other things, text to take along.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Selection } from "../model/selection";
import type { Trace } from "../model/trace";
import { time } from "../model/units";

export interface Context {
  trace: Trace;
  select: (selection: Selection) => void;
}

/** A row of a table of facts; a value that is not known leaves it out. */
export type Fact = [name: string, value: ComponentChildren, note?: string];

function known(value: ComponentChildren): boolean {
  return value !== null && value !== undefined && value !== "" && value !== false;
}

export function Facts({ of }: { of: Fact[] }) {
  return (
    <dl class="facts">
      {of
        .filter(([, value]) => known(value))
        .map(([name, value, note]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {value}
              {note && <small> {note}</small>}
            </dd>
          </div>
        ))}
    </dl>
  );
}

export function Part({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="details-part">
      <h3>{title}</h3>
      {children}
    </section>
  );
}

export function Link({
  to,
  context,
  children,
}: {
  to: Selection;
  context: Context;
  children: ComponentChildren;
}) {
  return (
    <button type="button" class="link" onClick={() => context.select(to)}>
      {children}
    </button>
  );
}

/** At most `most` of many, and how many are not shown. */
export function Few<T>({
  of,
  most,
  each,
}: {
  of: T[];
  most: number;
  each: (item: T) => ComponentChildren;
}) {
  return (
    <>
      {of.slice(0, most).map(each)}
      {of.length > most && <small> and {of.length - most} more</small>}
    </>
  );
}

/** Browsers without the clipboard's interface still copy what is selected. */
function copySelected(text: string): void {
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

export function Copy({ text, children }: { text: () => string; children: ComponentChildren }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
    } catch {
      copySelected(text());
    }
    setCopied(true);
  };
  return (
    <button
      type="button"
      class="copy"
      onClick={copy}
      onBlur={() => setCopied(false)}
      aria-live="polite"
    >
      {copied ? "Copied" : children}
    </button>
  );
}

interface SnippetProps {
  text: string;
  label: string;
  /** False: it stands there already. */
  shown?: boolean;
}

/** Something to be pasted elsewhere. */
export function Snippet({ text, label, shown = true }: SnippetProps) {
  return (
    <p class="snippet">
      {shown && <code>{text}</code>} <Copy text={() => text}>{label}</Copy>
    </p>
  );
}

const CLOCK = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
  hourCycle: "h23",
});

/** A moment on the reader's clock, and since the capture began. */
export function moment(trace: Trace, ns: number | null): string | null {
  if (ns === null) return null;
  const since = ns < 0 ? `${time(-ns)} before the trace` : `${time(ns)} into the trace`;
  const start = Date.parse(trace.capture.started_at ?? "");
  return Number.isNaN(start) ? since : `${CLOCK.format(start + ns / 1e6)}, ${since}`;
}

export function span(from: number | null, to: number | null): string | null {
  return from === null || to === null ? null : time(to - from);
}

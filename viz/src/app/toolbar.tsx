// SPDX-License-Identifier: BSD-2-Clause
//
// The top of the page: what is open, search, how the rows lie, theme, help.

import { count, time } from "../model/units";
import type { Theme, Viewer } from "./viewer";

const THEMES: Record<Theme, [next: Theme, sign: string]> = {
  system: ["light", "◐"],
  light: ["dark", "☀"],
  dark: ["system", "☾"],
};

const FILTERS: [label: string, search: string][] = [
  ["all", ""],
  ["dropped", "outcome:dropped"],
  ["refused", "outcome:refused"],
  ["timed out", "outcome:timed_out"],
  ["reset", "outcome:reset"],
  ["never accepted", "outcome:never_accepted"],
  ["still open", "outcome:open"],
  ["waited over 100 ms", "wait>100ms"],
];

export function Toolbar({ viewer, open }: { viewer: Viewer; open: (file: File) => void }) {
  const trace = viewer.trace.value;
  return (
    <header class="toolbar">
      <h1>socktrace</h1>
      {trace && <TraceName viewer={viewer} />}
      {trace && <Search viewer={viewer} />}
      {trace && (
        <button
          type="button"
          aria-pressed={!viewer.fit.value}
          title="A row for each connection, or all at once (R)"
          onClick={() => (viewer.fit.value = !viewer.fit.value)}
        >
          {viewer.fit.value ? "All at once" : "Row each"}
        </button>
      )}
      {trace && <FileButton open={open} />}
      <ThemeButton viewer={viewer} />
      {trace && (
        <button
          type="button"
          class="icon"
          title="Keys (?)"
          aria-label="Keys"
          onClick={() => (viewer.helpOpen.value = true)}
        >
          ?
        </button>
      )}
    </header>
  );
}

function TraceName({ viewer }: { viewer: Viewer }) {
  const { host, capture } = viewer.trace.value!;
  const parts = [
    host.name,
    capture.target,
    capture.started_at?.replace("T", " ").replace(/\.\d+Z$/, " UTC"),
    capture.duration_ns === null ? null : time(capture.duration_ns),
  ];
  return <span class="trace-name dim">{parts.filter(Boolean).join(" · ")}</span>;
}

function Search({ viewer }: { viewer: Viewer }) {
  const found = viewer.order.value.length;
  const all = viewer.trace.value!.connectionCount;
  const search = viewer.search.value;
  const known = FILTERS.some(([, filter]) => filter === search);
  return (
    <search class="search">
      <input
        id="search"
        type="search"
        placeholder="Search ( / ): address, name, errno, wait>10ms"
        aria-label="Search connections"
        aria-describedby="found"
        spellcheck={false}
        value={search}
        onInput={(event) => (viewer.search.value = event.currentTarget.value)}
      />
      <select
        aria-label="Filter"
        value={known ? search : "?"}
        onChange={(event) => (viewer.search.value = event.currentTarget.value)}
      >
        {!known && <option value="?">custom</option>}
        {FILTERS.map(([label, filter]) => <option key={filter} value={filter}>{label}</option>)}
      </select>
      <output id="found" class="dim">
        {found === all ? count(all) : `${count(found)} of ${count(all)}`}
      </output>
    </search>
  );
}

export function FileButton({ open }: { open: (file: File) => void }) {
  return (
    <label class="button">
      Open…
      <input
        class="unseen"
        type="file"
        accept=".json,.ndjson,.gz"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = "";
          if (file) open(file);
        }}
      />
    </label>
  );
}

function ThemeButton({ viewer }: { viewer: Viewer }) {
  const [next, sign] = THEMES[viewer.theme.value];
  return (
    <button
      type="button"
      class="icon"
      title={`Colours: ${viewer.theme.value}`}
      aria-label={`Colours: ${viewer.theme.value}. Change to ${next}`}
      onClick={() => (viewer.theme.value = next)}
    >
      {sign}
    </button>
  );
}

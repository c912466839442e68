// SPDX-License-Identifier: BSD-2-Clause
//
// The keys. W, A, S and D are taken by their place on the keyboard, not by what is printed on them,
// and go on as long as they are held.

import type { Viewer } from "./viewer";

interface Key {
  keys: string;
  does: string;
  /** KeyboardEvent.code or .key. */
  matches: (event: KeyboardEvent) => boolean;
  run: (viewer: Viewer, event: KeyboardEvent) => void;
}

const byKey = (...keys: string[]) => (event: KeyboardEvent) => keys.includes(event.key);

const MOVES: Record<string, number> = {
  ArrowUp: -1, ArrowDown: 1, PageUp: -20, PageDown: 20, Home: -Infinity, End: Infinity,
};

/** The list takes the focus: else Enter would press again what was clicked last. */
function move(viewer: Viewer, { key }: KeyboardEvent): void {
  viewer.move(MOVES[key]);
  document.querySelector<HTMLElement>("[role=listbox]")?.focus();
}

export const KEYS: Key[] = [
  {
    keys: ". ,", does: "next and previous finding", matches: byKey(".", ","),
    run: (viewer, { key }) => viewer.step(key === "." ? 1 : -1),
  },
  {
    keys: "↑ ↓", does: "previous and next connection", matches: byKey("ArrowUp", "ArrowDown"),
    run: move,
  },
  {
    keys: "PgUp PgDn", does: "20 connections up or down", matches: byKey("PageUp", "PageDown"),
    run: move,
  },
  {
    keys: "Home End", does: "first and last connection", matches: byKey("Home", "End"),
    run: move,
  },
  {
    keys: "Enter", does: "the flowchart of the selected connection", matches: byKey("Enter"),
    run: (viewer) => {
      if (viewer.selection.value?.kind === "connection") viewer.tab.value = "flowchart";
    },
  },
  {
    keys: "F", does: "fit the selection, or everything", matches: byKey("f", "F"),
    run: (viewer) => viewer.fitSelection(),
  },
  {
    keys: "R", does: "a row each, or all at once", matches: byKey("r", "R"),
    run: (viewer) => (viewer.fit.value = !viewer.fit.value),
  },
  {
    keys: "P", does: "show or hide the panel", matches: byKey("p", "P"),
    run: (viewer) => (viewer.panelOpen.value = !viewer.panelOpen.value),
  },
  {
    keys: "/", does: "search", matches: byKey("/"),
    run: () => document.getElementById("search")?.focus(),
  },
  {
    keys: "?", does: "this list", matches: byKey("?"),
    run: (viewer) => (viewer.helpOpen.value = !viewer.helpOpen.value),
  },
  {
    keys: "Esc", does: "clear: help, range, selection, search", matches: byKey("Escape"),
    run: (viewer) => viewer.escape(),
  },
];

const HELD = ["KeyW", "KeyS", "KeyA", "KeyD"];
const FIRST_STEP_MS = 60;
const ZOOM_PER_MS = 1.0025;
const PAN_PER_MS = 0.0009;

/** Listens until the page goes. */
export function listenToKeys(viewer: Viewer): void {
  const held = new Set<string>();
  let frame = 0;
  let last = 0;
  const step = (ms: number) => {
    const { start, end } = viewer.view.value;
    const way = Number(held.has("KeyD")) - Number(held.has("KeyA"));
    const size = Number(held.has("KeyS")) - Number(held.has("KeyW"));
    if (size !== 0) viewer.zoom(ZOOM_PER_MS ** (ms * size));
    if (way !== 0) viewer.pan((end - start) * PAN_PER_MS * ms * way);
  };
  const go = (now: number) => {
    step(Math.min(now - last, 100));
    last = now;
    frame = held.size > 0 ? requestAnimationFrame(go) : 0;
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !viewer.trace.value) return;
    if (takesText(event.target)) return leaveText(event);
    if (HELD.includes(event.code)) {
      if (event.repeat) return;
      held.add(event.code);
      step(FIRST_STEP_MS);
      last = performance.now();
      frame ||= requestAnimationFrame(go);
      return;
    }
    const key = KEYS.find(({ matches }) => matches(event));
    if (!key || ownKey(event)) return;
    event.preventDefault();
    key.run(viewer, event);
  });
  addEventListener("keyup", (event) => held.delete(event.code));
  addEventListener("blur", () => held.clear());
}

function takesText(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLSelectElement
    || target instanceof HTMLTextAreaElement;
}

function leaveText(event: KeyboardEvent): void {
  if (event.key === "Escape" || event.key === "Enter") (event.target as HTMLElement).blur();
}

/** Keys that a focused element has a use for itself: buttons, tabs, what scrolls. */
function ownKey({ key, target }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (key === "Enter" || key === " ") return target.closest("button,a,summary") !== null;
  const scrolls = /^(Arrow|Page|Home|End)/.test(key);
  return scrolls && target.closest("[role=tablist],.panel,.lanes") !== null;
}

// SPDX-License-Identifier: BSD-2-Clause
//
// The page's entry: puts state, URL, keys and drawing together, and opens what the page came with.

import { effect } from "@preact/signals";
import { render } from "preact";
import { applyHash, hashOf } from "./hash";
import { listenToKeys } from "./keys";
import { openTrace, takeEmbedded } from "./open";
import { Page } from "./page";
import { Viewer } from "./viewer";

const HASH_DELAY_MS = 250;

const viewer = new Viewer();

/** Keeps the URL as the state is; not at every frame, browsers allow only so many changes. */
function followState(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const hash = hashOf(viewer);
    if (!viewer.trace.value) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (location.hash.slice(1) !== hash) history.replaceState(null, "", `#${hash}`);
    }, HASH_DELAY_MS);
  });
}

effect(() => {
  const theme = viewer.theme.value;
  document.documentElement.style.colorScheme = theme === "system" ? "light dark" : theme;
});

effect(() => {
  const name = viewer.trace.value?.host.name;
  document.title = name ? `${name} – socktrace` : "socktrace";
});

const embedded = takeEmbedded();
const asked = location.hash;
applyHash(viewer, asked);
followState();
listenToKeys(viewer);
addEventListener("hashchange", () => applyHash(viewer, location.hash));
render(
  <Page viewer={viewer} open={(file) => openTrace(viewer, file, () => {})} />,
  document.getElementById("app")!,
);
if (embedded) openTrace(viewer, embedded, () => applyHash(viewer, asked));

// SPDX-License-Identifier: BSD-2-Clause
//
// The page: the drawings and their panel, or what stands there while there is no trace.

import { useEffect, useState } from "preact/hooks";
import { count } from "../model/units";
import { Banner } from "./banner";
import { Help } from "./help";
import { Panel } from "./panel";
import { Stage } from "./stage";
import { FileButton, Toolbar } from "./toolbar";
import type { Viewer } from "./viewer";

interface Props {
  viewer: Viewer;
  open: (file: File) => void;
}

export function Page({ viewer, open }: Props) {
  const dropping = useFileDrop(open);
  const trace = viewer.trace.value;
  return (
    <div class={dropping ? "viewer dropping" : "viewer"}>
      <Toolbar viewer={viewer} open={open} />
      {trace && <Banner trace={trace} />}
      {trace && viewer.problem.value && <Problem text={viewer.problem.value} />}
      {viewer.progress.value && <Loading viewer={viewer} />}
      {trace ? (
        <main>
          <Stage viewer={viewer} />
          <Panel viewer={viewer} />
        </main>
      ) : (
        <Empty viewer={viewer} open={open} />
      )}
      <Help viewer={viewer} />
    </div>
  );
}

function Problem({ text }: { text: string }) {
  return <div class="banner problem" role="alert"><strong>Cannot show it:</strong> {text}</div>;
}

function Loading({ viewer }: { viewer: Viewer }) {
  const { done, connections } = viewer.progress.value!;
  return (
    <div class="loading" role="status">
      <progress value={done} max={1} aria-label="Loading" />
      <span>{count(connections)} connections</span>
    </div>
  );
}

function Empty({ viewer, open }: Props) {
  if (viewer.progress.value) return <main class="empty" />;
  return (
    <main class="empty">
      {viewer.problem.value && <Problem text={viewer.problem.value} />}
      <p class="invitation">Drop a trace here: .json, .ndjson, or either as .gz</p>
      <FileButton open={open} />
      <p class="dim">
        It is made by <code>socktrace export FILE --format json</code>. Nothing leaves this page: it
        has no access to the network.
      </p>
    </main>
  );
}

/** Takes a file that is dropped anywhere on the page; answers whether one is held over it. */
function useFileDrop(open: (file: File) => void): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const holds = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const onOver = (event: DragEvent) => {
      if (!holds(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const onLeave = (event: DragEvent) => event.relatedTarget === null && setOver(false);
    const onDrop = (event: DragEvent) => {
      if (!holds(event)) return;
      event.preventDefault();
      setOver(false);
      const file = event.dataTransfer!.files[0];
      if (file) open(file);
    };
    const page = new AbortController();
    const { signal } = page;
    addEventListener("dragover", onOver, { signal });
    addEventListener("dragleave", onLeave, { signal });
    addEventListener("drop", onDrop, { signal });
    return () => page.abort();
  }, []);
  return over;
}

// SPDX-License-Identifier: BSD-2-Clause
//
// Opens a trace: the page's own, or a file. It is unpacked here and read meanwhile in a worker,
// whose code comes with the page.

import source from "worker:../model/load";
import type { LoadReply } from "../model/load";
import { Trace } from "../model/trace";
import { Feed } from "./feed";
import type { Viewer } from "./viewer";

/** A number of what is being opened: only the latest may show itself. */
let latest = 0;

/** `from` is a file that was dropped or chosen, or base64 text from the page. */
export function openTrace(viewer: Viewer, from: File | string, shown: () => void): void {
  const mine = ++latest;
  viewer.problem.value = "";
  viewer.progress.value = { done: 0, connections: 0 };
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url);
  const close = () => {
    worker.terminate();
    URL.revokeObjectURL(url);
  };
  const feed = new Feed(worker, (done, connections) => {
    if (mine === latest && !failed) viewer.progress.value = { done, connections };
  });
  let failed = false;
  const fail = (message: string) => {
    failed = true;
    close();
    if (mine !== latest) return;
    viewer.progress.value = null;
    viewer.problem.value = message;
  };
  worker.onerror = (event) => fail(event.message || "the reader did not start");
  worker.onmessage = ({ data }: MessageEvent<LoadReply>) => {
    if (data.type === "error") return fail(data.message);
    if (data.type === "taken") return feed.taken(data.connections);
    close();
    if (mine !== latest) return;
    viewer.show(new Trace(data.packed));
    shown();
  };
  feed.run(from).catch((error: Error) => fail(error.message));
}

/** The data that was put into the page when it was written; "": it is the bare viewer. */
export function takeEmbedded(): string {
  const element = document.getElementById("trace");
  const text = element?.textContent?.trim() ?? "";
  element?.remove();
  return text;
}

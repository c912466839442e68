// SPDX-License-Identifier: BSD-2-Clause
//
// The picture's colours and strokes, for the page and for a file of its own.

/** Light, dark. Marked by shape as well, so that no colour stands alone. */
const COLOURS = {
  paper: ["#fff", "#12161c"],
  text: ["#1f2328", "#e3e8ee"],
  dim: ["#59636e", "#98a3b0"],
  move: ["#1f5fbf", "#79b0ff"],
  wait: ["#8a5200", "#f0b44c"],
  fail: ["#c62828", "#ff7b72"],
  lane: ["#afb8c1", "#48525e"],
  queue: ["#f0b429", "#a8741a"],
  box: ["#f2f5f8", "#1d242d"],
  edge: ["#c5ced7", "#3a444f"],
};

type Colour = (name: keyof typeof COLOURS) => string;

function sheet(colour: Colour): string {
  return `
.flowchart text{font:12px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace}
.flowchart text{fill:${colour("text")};white-space:pre}
.flowchart .title{font-size:15px;font-weight:600}
.flowchart .head{font-weight:600}
.flowchart .end{text-anchor:end}
.flowchart .mid{text-anchor:middle}
.flowchart .gap{font-size:10px;fill:${colour("dim")}}
.flowchart text.dim{fill:${colour("dim")}}
.flowchart text.wait{fill:${colour("wait")}}
.flowchart text.move{fill:${colour("move")}}
.flowchart text.fail{fill:${colour("fail")}}
.flowchart .paper{fill:${colour("paper")}}
.flowchart .lane{stroke:${colour("lane")};stroke-width:2}
.flowchart .waiting{stroke:${colour("queue")};stroke-dasharray:3 4}
.flowchart .queued{stroke:${colour("queue")};stroke-width:10}
.flowchart .box{fill:${colour("box")};stroke:${colour("edge")}}
.flowchart .dot{fill:${colour("text")}}
.flowchart .ring{fill:${colour("paper")};stroke:${colour("text")};stroke-width:2}
.flowchart line.move,.flowchart path.move{stroke:${colour("move")};stroke-width:1.5;fill:none}
.flowchart .tip{fill:${colour("move")}}
.flowchart .box.fail,.flowchart .ring.fail,
.flowchart line.fail,.flowchart path.move.fail{stroke:${colour("fail")}}
.flowchart .dot.fail,.flowchart .tip.fail{fill:${colour("fail")}}`;
}

/** Follows the page's colour scheme, which its user may have set. */
export const pageStyle = sheet((name) => `light-dark(${COLOURS[name].join(",")})`);

/** Follows the system's; written out, since not every viewer of pictures knows functions. */
export const fileStyle = `${sheet((name) => COLOURS[name][0])}
@media (prefers-color-scheme:dark){${sheet((name) => COLOURS[name][1])}
}`;

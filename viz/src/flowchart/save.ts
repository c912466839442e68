// SPDX-License-Identifier: BSD-2-Clause
//
// A picture of the page as a file that needs nothing else.

import { fileStyle } from "./style";

export function svgText(picture: SVGSVGElement): string {
  const copy = picture.cloneNode(true) as SVGSVGElement;
  const style = document.createElementNS("http://www.w3.org/2000/svg", "style");
  style.textContent = fileStyle;
  copy.prepend(style);
  return new XMLSerializer().serializeToString(copy);
}

/** Hands the text to the browser as a download. */
export function saveFile(name: string, type: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

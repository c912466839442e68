// SPDX-License-Identifier: BSD-2-Clause
//
// The page's entry: mounts the viewer.

import { render } from "preact";

render(<main>socktrace</main>, document.getElementById("app")!);

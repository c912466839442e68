// SPDX-License-Identifier: BSD-2-Clause
//
// What build.mjs makes of `import source from "worker:PATH"`: the worker's code as text.

declare module "worker:*" {
  const source: string;
  export default source;
}

// SPDX-License-Identifier: BSD-2-Clause
//
// Why a file cannot be shown, in words for the person who opened it.

export class FormatError extends Error {
  /** The line at fault, counted from 1; 0 where it is the file as a whole. */
  readonly line: number;

  constructor(message: string, line = 0) {
    super(line > 0 ? `line ${line}: ${message}` : message);
    this.name = "FormatError";
    this.line = line;
  }
}

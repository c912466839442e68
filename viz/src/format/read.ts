// SPDX-License-Identifier: BSD-2-Clause
//
// Reads a socktrace/1 document or NDJSON stream, in pieces as they come, and hands each
// object on as soon as it is there, checked. What it does not know it skips.

import { FormatError } from "./error";
import { cutShort, Scanner, type Visitor } from "./scan";
import * as shapes from "./shapes";
import type { Shape } from "./shape";
import type {
  Acceptor, Capture, Connection, EventLine, Finding, Host, Listener, Loss, Process, Socket,
} from "./types";

/** Takes the objects of a trace, in the order of the file. A later one of the same id replaces. */
export interface Sink {
  host(host: Host): void;
  capture(capture: Capture): void;
  loss(loss: Loss): void;
  process(process: Process): void;
  socket(socket: Socket): void;
  listener(listener: Listener): void;
  acceptor(acceptor: Acceptor): void;
  connection(connection: Connection): void;
  finding(finding: Finding): void;
  /** Of a stream. The connection's own line, if one comes, has it too. */
  eventLine(line: EventLine): void;
  /** It was a stream, and it has no last line. */
  cut(): void;
  /**
   * May take a connection from its bytes, of a document or (`line`) of a stream; answers where it
   * ends, or 0: it did not, and the connection follows as an object.
   */
  quickConnection(bytes: Uint8Array, from: number, line: boolean): number;
}

type Kind = Exclude<keyof Sink, "quickConnection" | "cut">;

const ARRAYS: Record<string, Kind> = {
  processes: "process", sockets: "socket", listeners: "listener", acceptors: "acceptor",
  connections: "connection", findings: "finding",
};

/** Types of lines. */
const LINES = new Map<string, Kind>(Object.values(ARRAYS).map((kind) => [kind, kind]));
LINES.set("event", "eventLine");

/** How messages call what is not called as its kind. */
const NAMES: Partial<Record<Kind, string>> = { eventLine: "event" };

const CUT: Loss = { complete: false, events_lost: 0, by_kind: {}, cut: true };

export class Reader implements Visitor {
  private scanner = new Scanner(this);
  private sink: Sink;
  private found = new Set<string>();
  private header: Capture | undefined;
  private streamed = false;
  private ended = false;

  constructor(sink: Sink) {
    this.sink = sink;
  }

  push(bytes: Uint8Array): void {
    this.scanner.push(bytes);
  }

  finish(): void {
    const unfinished = this.scanner.finish();
    const cut = this.streamed && !this.ended;
    if (unfinished && !cut) throw cutShort(unfinished);
    // A stream without its last line was cut: what it has is shown, and what it lacks is said.
    if (!cut) return;
    this.sink.loss(CUT);
    this.sink.cut();
  }

  array(key: string): void {
    this.found.add(key);
  }

  quick(key: string, bytes: Uint8Array, from: number): number {
    if (key !== "connections" && (key !== "" || !this.streamed)) return 0;
    return this.sink.quickConnection(bytes, from, this.streamed);
  }

  element(key: string, value: unknown, line: number): void {
    const kind = ARRAYS[key];
    if (Object.hasOwn(ARRAYS, key)) this.hand(kind, value, line);
  }

  member(key: string, value: unknown, line: number): void {
    this.found.add(key);
    if (key === "schema") checkVersion(value, line);
    else if (key === "type") this.streamed = value === "header";
    else if (key === "capture") this.header = this.hand("capture", value, line) as Capture;
    else if (key === "host" || key === "loss") this.hand(key, value, line);
  }

  end(line: number): void {
    if (!this.found.has("schema")) {
      throw new FormatError('this is not a trace of socktrace: it has no "schema"', line);
    }
    const wanted = this.streamed ? ["host", "capture"] : ["host", "capture", "loss", "connections"];
    const missing = wanted.find((key) => !this.found.has(key));
    if (missing) throw new FormatError(`the document has no "${missing}"`, line);
  }

  object(value: unknown, line: number): void {
    if (!this.streamed) throw new FormatError("something follows the document", line);
    const object = value as Record<string, unknown> | null;
    const type = object?.type;
    if (typeof type !== "string") throw new FormatError('this line has no "type"', line);
    const kind = LINES.get(type);
    if (type === "end") this.takeEnd(object!, line);
    else if (kind) this.hand(kind, documentForm(object!), line);
  }

  private takeEnd(object: Record<string, unknown>, line: number): void {
    this.ended = true;
    this.hand("capture", { ...this.header, duration_ns: object.duration_ns }, line);
    this.hand("loss", object.loss, line);
  }

  private hand(kind: Kind, value: unknown, line: number): unknown {
    const wrong = (shapes[kind] as Shape)(value, `the ${NAMES[kind] ?? kind}`);
    if (wrong) throw new FormatError(wrong, line);
    this.sink[kind](value as never);
    return value;
  }
}

function checkVersion(value: unknown, line: number): void {
  if (value === "socktrace/1") return;
  const newer = typeof value === "string" && /^socktrace\/\d+$/.test(value);
  throw new FormatError(
    newer
      ? `the file is of the newer version ${value}; this viewer reads socktrace/1`
      : `this is not a trace of socktrace: its schema is ${JSON.stringify(value)?.slice(0, 60)}`,
    line,
  );
}

/** As the document has it: a line's `type` says what it is, `sock_type` what socket it is. */
function documentForm(line: Record<string, unknown>): Record<string, unknown> {
  const { type: _, sock_type, ...object } = line;
  if (sock_type !== undefined) object.type = sock_type;
  return object;
}

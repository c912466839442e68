// SPDX-License-Identifier: BSD-2-Clause
//
// The search language. Words are joined by "and"; a word is found in the addresses, ports, names,
// outcome, errors and id of a connection; `key:value` looks in one of them; `wait>10ms` compares;
// a leading minus means "not"; quotes hold a value with spaces together.

import type { Column } from "./column";
import { figure, type Figure } from "./measure";
import type { EndColumns, Trace } from "./trace";

type Matcher = (row: number) => boolean;

const FIGURES: Record<string, Figure> = {
  wait: "wait", connect: "connect", duration: "duration", bytes: "bytes", start: "start",
};

const UNITS: Record<string, number> = {
  ns: 1, us: 1e3, "µs": 1e3, ms: 1e6, s: 1e9, m: 60e9, min: 60e9,
  b: 1, kb: 1e3, mb: 1e6, gb: 1e9,
};

/** What may stand before the colon. */
export const KEYS = [
  "id", "address", "port", "pid", "comm", "fd", "outcome", "errno", "protocol", "listener", "path",
  "finding",
] as const;

/** Decides which rows are found; null: all are. */
export function rowFilter(trace: Trace, search: string): Matcher | null {
  const terms = search.match(/(?:[^\s"]|"[^"]*"?)+/g) ?? [];
  const matchers = terms.map((term) => termMatcher(trace, term.replaceAll('"', "")));
  if (matchers.length === 0) return null;
  return (row) => matchers.every((matches) => matches(row));
}

function termMatcher(trace: Trace, term: string): Matcher {
  if (term.length > 1 && term.startsWith("-")) {
    const matches = termMatcher(trace, term.slice(1));
    return (row) => !matches(row);
  }
  const compared = /^([a-z]+)([<>])=?([\d.]+)\s*(\D*)$/i.exec(term);
  if (compared && Object.hasOwn(FIGURES, compared[1])) return comparison(trace, compared);
  const keyed = /^([a-z]+):(.+)$/i.exec(term);
  if (keyed && Object.hasOwn(KEYED, keyed[1])) return KEYED[keyed[1]](trace, keyed[2]);
  return anywhere(trace, term);
}

function comparison(trace: Trace, [, name, sign, digits, unit]: RegExpExecArray): Matcher {
  const of = figure(trace, FIGURES[name]);
  const limit = Number(digits) * (UNITS[unit.toLowerCase()] ?? 1);
  return sign === ">" ? (row) => of(row) >= limit : (row) => of(row) <= limit;
}

const KEYED: Record<(typeof KEYS)[number] | string, (trace: Trace, value: string) => Matcher> = {
  id: (trace, value) => numberIs(trace.connections.id, value.replace("#", "")),
  address: (trace, value) =>
    eitherEnd(trace, (end) => textHas(trace, [end.address, end.peer_address], value)),
  port: (trace, value) =>
    eitherEnd(trace, (end) => any([numberIs(end.port, value), numberIs(end.peer_port, value)])),
  pid: (trace, value) => eitherEnd(trace, (end) => numberIs(end.pid, value)),
  comm: (trace, value) => eitherEnd(trace, (end) => textHas(trace, [end.comm], value)),
  path: (trace, value) => eitherEnd(trace, (end) => textHas(trace, [end.path], value)),
  fd: (trace, value) => eitherEnd(trace, (end) => numberIs(end.fd, value)),
  outcome: (trace, value) => nameHas(trace, trace.connections.outcome, value),
  protocol: (trace, value) => nameHas(trace, trace.connections.protocol, value),
  listener: (trace, value) => numberIs(trace.connections.listener, value.replace("#", "")),
  errno: (trace, value) => hasError(trace, value),
  finding: (trace, value) => inFinding(trace, value.replace("#", "")),
};

function anywhere(trace: Trace, term: string): Matcher {
  const id = /^#(\d+)$/.exec(term);
  if (id) return numberIs(trace.connections.id, id[1]);
  const withPort = /^(.*):(\d+)$/.exec(term);
  if (withPort) {
    const [, address, port] = withPort;
    const bare = address.replace(/[[\]]/g, "");
    return eitherEnd(trace, (end) => any([
      all([textHas(trace, [end.address], bare), numberIs(end.port, port)]),
      all([textHas(trace, [end.peer_address], bare), numberIs(end.peer_port, port)]),
    ]));
  }
  const { outcome, protocol } = trace.connections;
  const words = [
    eitherEnd(trace, (end) =>
      textHas(trace, [end.address, end.peer_address, end.comm, end.path], term)),
    nameHas(trace, outcome, term.replaceAll(" ", "_")),
    nameHas(trace, protocol, term),
    hasError(trace, term),
  ];
  if (/^\d+$/.test(term)) {
    words.push(numberIs(trace.connections.id, term));
    words.push(KEYED.port(trace, term), KEYED.pid(trace, term));
  }
  return any(words);
}

const NEVER: Matcher = () => false;

function any(matchers: Matcher[]): Matcher {
  const possible = matchers.filter((matches) => matches !== NEVER);
  return possible.length === 0 ? NEVER : (row) => possible.some((matches) => matches(row));
}

function all(matchers: Matcher[]): Matcher {
  return matchers.includes(NEVER) ? NEVER : (row) => matchers.every((matches) => matches(row));
}

function eitherEnd(trace: Trace, matcher: (end: EndColumns) => Matcher): Matcher {
  return any([matcher(trace.client), matcher(trace.server)]);
}

function numberIs(column: Column, value: string): Matcher {
  const wanted = Number(value);
  return /^\d+$/.test(value) ? (row) => column.get(row) === wanted : NEVER;
}

/** The numbers of the words that hold `part`, in any case, as a table; null: none does. */
function wordsWith(words: readonly string[], part: string): Uint8Array | null {
  const wanted = part.toLowerCase();
  const found = new Uint8Array(words.length);
  let some = false;
  words.forEach((word, number) => {
    if (!word.toLowerCase().includes(wanted)) return;
    found[number] = 1;
    some = true;
  });
  return some ? found : null;
}

function hasWord(words: readonly string[], columns: Column[], part: string): Matcher {
  const found = wordsWith(words, part);
  if (!found) return NEVER;
  return (row) => columns.some(
    (column) => found[column.data[row]] === 1 && column.get(row) !== null,
  );
}

function textHas(trace: Trace, columns: Column[], part: string): Matcher {
  return hasWord(trace.words.texts.all(), columns, part);
}

function nameHas(trace: Trace, column: Column, part: string): Matcher {
  return hasWord(trace.words.names, [column], part);
}

function hasError(trace: Trace, part: string): Matcher {
  const names = trace.words.names.map((name) => (/^E[A-Z0-9]+$/.test(name) ? name : ""));
  const found = part === "" ? null : wordsWith(names, part);
  const { errno } = trace.events;
  if (!found) return NEVER;
  return (row) => {
    for (let [at, end] = trace.eventRows(row); at < end; at++) {
      if (found[errno.data[at]] === 1 && errno.get(at) !== null) return true;
    }
    return false;
  };
}

/** The connections a finding names; where it names none, all of its listeners. */
function inFinding(trace: Trace, id: string): Matcher {
  const finding = trace.findings.get(id);
  if (!finding) return NEVER;
  if (finding.connections.length > 0) {
    const rows = new Set(finding.connections.map((id) => trace.rowOf(id)));
    return (row) => rows.has(row);
  }
  const listeners = new Set(finding.listeners.map(Number));
  const { listener } = trace.connections;
  return (row) => listeners.has(listener.get(row) ?? -1);
}

#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Checks exported files: `tests/validate.py FILE...`, - is stdin.

Each must agree with docs/socktrace-1.schema.json, as one document or (.ndjson, or
a first line of type "header") as lines. Then what a schema cannot say: ids are
unique, every id that is referred to exists, events are in order, sums agree.
--sample N holds at most N objects of a kind, and items of an array in them, against
the schema, evenly spread: it takes milliseconds for each; the other checks are of all. Status 0, or 1
with the first errors of each file.
"""
import argparse
import json
import os
import sys

import jsonschema

SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "docs",
                      "socktrace-1.schema.json")
KINDS = {"processes": "process", "sockets": "socket", "listeners": "listener",
         "acceptors": "acceptor", "connections": "connection", "findings": "finding"}
MAX_ERRORS = 10


class Checker:
    def __init__(self, sample):
        with open(SCHEMA) as f:
            self.schema = json.load(f)
        jsonschema.Draft202012Validator.check_schema(self.schema)
        self.resolver = jsonschema.RefResolver.from_schema(self.schema)
        self.validators = {}
        self.sample = sample
        self.data_mode = None
        self.errors = []

    def error(self, where, what):
        self.errors.append(f"{where}: {what}")

    def schema_check(self, where, value, schema, name):
        if name not in self.validators:
            self.validators[name] = jsonschema.Draft202012Validator(
                schema, resolver=self.resolver)
        for e in self.validators[name].iter_errors(self.thinned(value)):
            best = jsonschema.exceptions.best_match([e])
            path = "".join(f"[{p}]" if isinstance(p, int) else f".{p}"
                           for p in best.absolute_path)
            self.error(where + path, best.message[:300])

    def thinned(self, value):
        """The same with no array longer than the sample."""
        if isinstance(value, dict):
            return {key: self.thinned(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.thinned(item) for item in self.sampled(value)]
        return value

    def sampled(self, items):
        items = list(items)
        if not self.sample or len(items) <= self.sample:
            return items
        step = len(items) / self.sample
        return [items[int(i * step)] for i in range(self.sample - 1)] + [items[-1]]

    # --- the two forms ---

    def document(self, value):
        frame = dict(value)
        for section in KINDS:
            if isinstance(value.get(section), list):
                frame[section] = []
        self.schema_check("document", frame, self.schema, "document")
        objects = {}
        for section, kind in KINDS.items():
            items = value.get(section)
            objects[kind] = items if isinstance(items, list) else []
            ref = {"$ref": f"#/$defs/{kind}"}
            for i, item in self.sampled(enumerate(objects[kind])):
                self.schema_check(f"{section}[{i}]", item, ref, kind)
            ids = [item["id"] for item in objects[kind] if "id" in item]
            if len(ids) != len(set(ids)):
                self.error(section, "an id stands for two objects")
        self.data_mode = value["capture"]["data_mode"]
        self.references(objects)
        self.loss(value["loss"])
        return objects

    def lines(self, text):
        lines = []
        for number, line in enumerate(text.rstrip("\n").split("\n"), 1):
            try:
                lines.append((number, strict_json(line)))
            except ValueError as e:
                self.error(f"line {number}", f"is not JSON: {e}")
        kinds = {}
        for number, line in lines:
            kinds.setdefault(line.get("type"), []).append((number, line))
        ref = {"$ref": "#/$defs/line"}
        for of_kind in kinds.values():
            for number, line in self.sampled(of_kind):
                self.schema_check(f"line {number}", line, ref, "line")
        if not lines or lines[0][1].get("type") != "header":
            self.error("line 1", "is no header")
        else:
            self.data_mode = lines[0][1]["capture"]["data_mode"]
        if not lines or lines[-1][1].get("type") != "end":
            self.error("the last line", "is no end: the stream was cut")
        else:
            self.loss(lines[-1][1]["loss"])
        for kind in ("header", "end"):
            if len(kinds.get(kind, [])) > 1:
                self.error(f"line {kinds[kind][1][0]}", f"is a second {kind}")
        objects = {}
        for kind in KINDS.values():
            of_kind = [line for _, line in kinds.get(kind, [])]
            if kind != "acceptor":
                of_kind = list({line.get("id"): line for line in of_kind}.values())
            objects[kind] = of_kind
        events = [line for _, line in kinds.get("event", [])]
        self.references(objects, events)
        return {**objects, "event": events}

    # --- what a schema cannot say ---

    def references(self, objects, events=()):
        ids = {kind: {o.get("id") for o in of_kind} for kind, of_kind in objects.items()}

        def refer(where, kind, ref):
            if ref is not None and ref not in ids[kind]:
                self.error(where, f"refers to {kind} {ref}, which is not there")

        for listener in objects["listener"]:
            for owner in listener["owners"]:
                refer(f"listener {listener['id']}", "process", owner["process"])
        for socket in objects["socket"]:
            refer(f"socket {socket['id']}", "process", socket["process"])
        for connection in objects["connection"]:
            where = f"connection {connection['id']}"
            refer(where, "listener", connection["listener"])
            for side in ("client", "server"):
                if connection[side]:
                    refer(where, "process", connection[side]["process"])
            self.connection(where, connection)
        for event in events:
            for kind in ("connection", "listener"):
                refer(f"event at {event['t_ns']}", kind, event[kind])

    def connection(self, where, connection):
        events = connection["events"]
        times = [event["t_ns"] for event in events]
        if times != sorted(times):
            self.error(where, "its events are not in order of time")
        if any(event["side"] is None for event in events):
            self.error(where, "an event of it has no side")
        if connection["protocol"] == "udp":
            return
        for side, name, key in ((s, n, k) for s in ("client", "server")
                                for n, k in (("send", "bytes_sent"), ("recv", "bytes_received"))):
            end = connection[side]
            if not end or end[key] is None:
                continue
            total = sum(e["bytes"] for e in events if e["side"] == side and e["name"] == name)
            # of single calls there are none for what io_uring and splice() move
            if total > end[key] or (total < end[key] and self.data_mode != "events"):
                self.error(where, f"{side}.{key} is {end[key]}, its events have {total}")

    def loss(self, loss):
        total = sum(loss["by_kind"].values())
        if total != loss["events_lost"]:
            self.error("loss", f"events_lost is {loss['events_lost']}, by kind it is {total}")
        if loss["complete"] and (total or loss["cut"]):
            self.error("loss", "complete is true though something is missing")


def strict_json(text):
    def pairs(items):
        keys = [key for key, _ in items]
        if len(keys) != len(set(keys)):
            raise ValueError("a key stands twice in one object")
        return dict(items)

    def constant(name):
        raise ValueError(f"{name} is no JSON")

    return json.loads(text, object_pairs_hook=pairs, parse_constant=constant)


def check(path, sample):
    checker = Checker(sample)
    try:
        with (sys.stdin.buffer if path == "-" else open(path, "rb")) as f:
            text = f.read().decode("utf-8")
        first = text.split("\n", 1)[0]
        if path.endswith(".ndjson") or '"type":"header"' in first:
            objects = checker.lines(text)
        else:
            objects = checker.document(strict_json(text))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as e:
        checker.error("file", f"{type(e).__name__}: {e}")
    for error in checker.errors[:MAX_ERRORS]:
        print(f"{path}: {error}")
    if checker.errors:
        print(f"{path}: not valid, {len(checker.errors)} errors")
        return False
    counts = ", ".join(f"{len(found)} {kind}" for kind, found in objects.items() if found)
    print(f"{path}: valid ({counts or 'nothing in it'})")
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sample", type=int, default=0, metavar="N")
    parser.add_argument("files", nargs="+", metavar="FILE")
    options = parser.parse_args()
    results = [check(path, options.sample) for path in options.files]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()

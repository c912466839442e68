# SPDX-License-Identifier: BSD-2-Clause
"""What the live tests share: running socktrace and other programs, waiting for
conditions, reading documents. Knows nothing of any one test.
"""
import contextlib
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time

LIVE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(LIVE))
SOCKTRACE = os.environ.get("SOCKTRACE", os.path.join(ROOT, "socktrace"))
PYTHON = "/usr/bin/python3"
PATIENCE = 30  # seconds after which a condition that did not come is a failure

running = []  # every Program of this test, for its output when the test fails


class Skip(Exception):
    """This machine cannot show what the test is about."""


def same(what, got, wanted):
    assert got == wanted, f"{what}: {got!r}, not {wanted!r}"


def eventually(what, condition):
    """Waits until condition() is true and gives what it gave."""
    end = time.monotonic() + PATIENCE
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"waited {PATIENCE} s in vain: {what}"
        select.select([], [], [], 0.01)


def read_text(path):
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        return file.read()


def find_program(*names):
    for name in names:
        for folder in ("/usr/sbin", "/usr/bin", "/sbin", "/bin", *os.environ["PATH"].split(":")):
            path = os.path.join(folder, name)
            if os.access(path, os.X_OK) and not os.path.isdir(path):
                return path
    raise Skip(f"{names[0]} is not installed")


class Program:
    """A program that runs beside the test; its output is kept."""

    def __init__(self, *command, stdout=None, **options):
        self.command = [str(word) for word in command]
        self.output = tempfile.TemporaryFile()
        self.messages = b""
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL,
                                        stdout=self.output if stdout is None else stdout,
                                        stderr=subprocess.PIPE, bufsize=0, **options)
        self.pid = self.process.pid
        running.append(self)

    def await_message(self, pattern):
        """Waits for a match on stderr."""
        end = time.monotonic() + PATIENCE
        fd = self.process.stderr.fileno()
        while not re.search(pattern, self.messages.decode(errors="replace")):
            ready, _, _ = select.select([fd], [], [], max(0, end - time.monotonic()))
            chunk = os.read(fd, 65536) if ready else b""
            assert chunk, f"{self.command[0]} never said {pattern!r}"
            self.messages += chunk

    def finish(self, patience=PATIENCE):
        """Waits for the end and gives the exit status."""
        try:
            _, rest = self.process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.command[0]} did not end within {patience} s") from None
        self.messages += rest or b""
        return self.process.returncode

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        return self.finish()

    @property
    def stderr(self):
        return self.messages.decode("utf-8", "surrogateescape")

    @property
    def stdout(self):
        # The program writes where the file's position is: reading must not move it.
        fd = self.output.fileno()
        return os.pread(fd, os.fstat(fd).st_size, 0).decode("utf-8", "surrogateescape")


def run(*command, status=0, patience=60, **options):
    """Runs a program to its end; any other status than the one wanted is a failure."""
    program = Program(*command, **options)
    same(f"status of {' '.join(program.command)}", program.finish(patience), status)
    return program


def socktrace(*arguments, **options):
    return run(SOCKTRACE, *arguments, **options)


def messages(program):
    """What socktrace had to say, one line each, but for "attached to …" and the recorder's sums."""
    return [line for line in program.stderr.splitlines() if not re.search("attached|events, .* lost,", line)]


def one_message(program, *words):
    """Exactly one line on stderr, which says all of these words."""
    lines = messages(program)
    assert len(lines) == 1, f"{len(lines)} lines on stderr, not one: {lines}"
    for word in words:
        assert re.search(word, lines[0], re.IGNORECASE), f"{word!r} is not in: {lines[0]}"


class Document:
    """An exported document: the JSON object, with short ways to what tests ask for."""

    def __init__(self, data):
        self.data = data

    def __getitem__(self, key):
        return self.data[key]

    def connections(self, **wanted):
        return [c for c in self["connections"] if all(c[key] == value for key, value in wanted.items())]

    def connection(self, **wanted):
        """The only one there is."""
        found = self.connections(**wanted)
        assert len(found) == 1, f"{len(found)} connections with {wanted}: {summary(self['connections'])}"
        return found[0]

    def listener(self, **wanted):
        found = [x for x in self["listeners"] if all(x[key] == value for key, value in wanted.items())]
        assert len(found) == 1, f"{len(found)} listeners with {wanted} of {len(self['listeners'])}"
        return found[0]

    def check_complete(self):
        same("loss", {kind: lost for kind, lost in self["loss"]["by_kind"].items() if lost}, {})
        same("loss", self["loss"]["events_lost"], 0)
        same("loss.complete", self["loss"]["complete"], True)


def summary(connections):
    def end(side):
        return side and f"{side['comm']}[{side['pid']}] {side['address'] or side['path']}:{side['port']}"
    return [f"#{c['id']} {c['protocol']} {c['outcome']} {end(c['client'])} → {end(c['server'])}" for c in connections[:12]]


def events(thing, name=None, side=None):
    return [e for e in thing["events"]
            if (name is None or e["name"] == name) and (side is None or e["side"] == side)]


def event(thing, name, side=None):
    found = events(thing, name, side)
    assert len(found) == 1, f"{len(found)} events {name} of {side}: {[(e['side'], e['name']) for e in thing['events']]}"
    return found[0]


def validate(path):
    """The document, or every line of the stream, is what the schema says.

    Of a large document every n-th connection: a validator in Python needs a minute for 20 MB.
    """
    part = os.path.getsize(path) // 4_000_000
    if part and path.endswith(".json"):
        data = json.loads(read_text(path))
        data["connections"] = data["connections"][::part + 1]
        path = "part-of-" + os.path.basename(path)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(data, file)
    run(PYTHON, os.path.join(ROOT, "tests", "validate.py"), path)


def read_document(path):
    validate(path)
    return Document(json.loads(read_text(path)))


def unwrapped(line):
    """The object in a line of a stream: there `type` is the line's, and a socket's own is sock_type."""
    item = {key: value for key, value in line.items() if key not in ("type", "sock_type")}
    return {**item, "type": line["sock_type"]} if "sock_type" in line else item


def read_stream(path):
    """The document an NDJSON stream amounts to: the last line of each type and id."""
    validate(path)
    lines = [json.loads(line) for line in read_text(path).splitlines()]
    same("first line", lines[0]["type"], "header")
    same("last line", lines[-1]["type"], "end")
    lists = {"process": "processes", "socket": "sockets", "listener": "listeners", "connection": "connections"}
    latest = {(line["type"], line["id"]): line for line in lines if line["type"] in lists}
    data = {plural: [unwrapped(x) for (kind, _), x in latest.items() if kind == single]
            for single, plural in lists.items()}
    return Document({**data, "host": lines[0]["host"], "capture": lines[0]["capture"], "loss": lines[-1]["loss"]})


def export(recording, *arguments, form="json"):
    path = f"{recording}.{form}"
    socktrace("export", recording, "--format", form, "-o", path, *arguments)
    return read_document(path) if form == "json" else read_stream(path)


class Trace(Program):
    """socktrace on something that runs: attached on entry, stopped in order on exit.

    form: "json", "ndjson": a live trace with -o; "record": into a recording.
    Afterwards .document holds what it saw, .path the file.
    """

    count = 0

    def __init__(self, *arguments, form="json", **options):
        Trace.count += 1
        self.form = form
        self.path = f"trace{Trace.count}.{'skt' if form == 'record' else form}"
        command = ["record"] if form == "record" else []
        super().__init__(SOCKTRACE, *command, "-o", self.path, *arguments, **options)
        self.await_message("attached")

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            same("status of socktrace", self.stop(), 0)
            self.read()

    def read(self):
        if self.form == "record":
            self.document = export(self.path)
        else:
            self.document = read_document(self.path) if self.form == "json" else read_stream(self.path)


def trace_command(*command, options=(), status=0, form="json"):
    """Traces a command from its start to its end and gives the document."""
    path = f"command.{form}"
    socktrace(*options, "-o", path, "--", *command, status=status)
    return read_document(path) if form == "json" else read_stream(path)


def kernel_counters():
    """TcpExt, Tcp, … of this network namespace: {"Tcp.PassiveOpens": 3, …}."""
    counters = {}
    for name in ("snmp", "netstat"):
        lines = read_text(f"/proc/self/net/{name}").splitlines()
        for keys, values in zip(lines[::2], lines[1::2]):
            group = keys.split(":")[0]
            counters.update({f"{group}.{k}": int(v) for k, v in zip(keys.split()[1:], values.split()[1:])})
    return counters


@contextlib.contextmanager
def counted():
    """Gives a dict that holds, after the block, by how much each kernel counter rose."""
    before = kernel_counters()
    rise = {}
    yield rise
    rise.update({key: value - before.get(key, 0) for key, value in kernel_counters().items()})


def established(port):
    """How many TCP connections of this namespace with this local port are not over."""
    wanted = f":{port:04X}"
    rows = [row.split() for name in ("tcp", "tcp6") for row in read_text(f"/proc/self/net/{name}").splitlines()[1:]]
    return sum(1 for row in rows if row[1].endswith(wanted) and row[3] not in ("0A", "06"))


def listening(port):
    wanted = f":{port:04X}"
    rows = [row.split() for name in ("tcp", "tcp6") for row in read_text(f"/proc/self/net/{name}").splitlines()[1:]]
    return any(row[1].endswith(wanted) and row[3] == "0A" for row in rows)


def in_syscall(pid, *numbers, tid=None):
    """Is the thread blocked in one of these system calls?"""
    return read_text(f"/proc/{pid}/task/{tid or pid}/syscall").split()[0] in [str(n) for n in numbers]


def unmount_tracefs():
    """In this test's mount namespace. Debugfs goes too: in it tracefs mounts itself when it is looked for."""
    for path in ("/sys/kernel/debug", "/sys/kernel/tracing"):
        if os.path.ismount(path):
            run("umount", "-R", path)


def ip(*arguments):
    run(find_program("ip"), *arguments)

# SPDX-License-Identifier: BSD-2-Clause
"""What the scenes share: their servers, their loads, and socktrace looking on, either to be
checked (the tests) or to be read by a person (make lab). Knows nothing of any one scene.
"""
import collections
import contextlib
import importlib
import json
import os
import signal
import sys

LAB = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(LAB), "live"))

import harness  # noqa: E402
from harness import PYTHON, SOCKTRACE, Program, eventually, kernel_counters, listening, read_text  # noqa: E402

PORT = 8088
PEERS = "10.99.0.1"  # where peers.py finds the server

Scene = collections.namedtuple("Scene", "name rule text alone play")
_scenes = []


def scene(rule, text, alone=False):
    """Marks a function as a scene: the rule that must be found in it (None: it checks for itself),
    what it shows, and whether it needs the machine for itself."""
    def mark(function):
        _scenes.append(Scene(function.__name__, rule, text, alone, function))
        return function
    return mark


def all_scenes():
    for file in sorted(os.listdir(os.path.join(LAB, "scenes"))):
        if file.endswith(".py"):
            importlib.import_module("scenes." + file[:-3])
    return {s.name: s for s in _scenes}


def setting(name, value):
    """A sysctl of this network namespace."""
    with open("/proc/sys/net/" + name, "w", encoding="ascii") as file:
        file.write(str(value))


def is_listening(where):
    return os.path.exists(where) if isinstance(where, str) else listening(where)


def favour():
    """What this process and its children do is not to depend on what else this machine does."""
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


class Lab:
    """One scene being played."""

    def __init__(self, shown=False):
        self.shown = shown
        self.rose = {}  # by how much each kernel counter rose while socktrace looked on
        self.document = None

    def say(self, text):
        if self.shown:
            print(f"\033[2m# {text}\033[0m" if sys.stdout.isatty() else f"# {text}", flush=True)

    def start(self, *command, where=PORT, **options):
        """Any other server, listening on the port or path."""
        self.say(" ".join(map(str, command)))
        server = Program(*command, preexec_fn=favour, **options)
        eventually(f"{command[0]} listens", lambda: is_listening(where))
        return server

    def held_back(self, name, where, *arguments, favoured=True):
        """One of servers/ that has its process but has not begun."""
        self.say(" ".join(["tests/lab/servers/" + name, *map(str, (where, *arguments))]))
        program = Program("sh", "-c", 'kill -STOP $$; exec "$@"', "sh",
                          PYTHON, os.path.join(LAB, "servers", name), where, *arguments,
                          preexec_fn=favour if favoured else None)
        eventually("the server is held back", lambda: " T " in read_text(f"/proc/{program.pid}/stat"))
        return program

    def let_go(self, server, where):
        os.kill(server.pid, signal.SIGCONT)
        eventually("the server listens", lambda: is_listening(where))

    def server(self, name, where, *arguments, favoured=True):
        """One of servers/, listening."""
        server = self.held_back(name, where, *arguments, favoured=favoured)
        self.let_go(server, where)
        return server

    def load(self, name, *arguments):
        """Runs crowd.py or another load to its end; gives what it counted."""
        self.say(" ".join([f"tests/lab/{name}", *map(str, arguments)]))
        load = Program(PYTHON, os.path.join(LAB, name), *arguments, preexec_fn=favour)
        harness.same(f"status of {name}", load.finish(), 0)
        counted = load.stdout
        self.say(counted.strip())
        return json.loads(counted)

    def crowd(self, port=PORT, **options):
        words = [w for key, value in options.items() for w in (f"--{key}", value) if w is not True]
        return self.load("crowd.py", port, *words)

    def watch(self, *target):
        return Shown(self, target) if self.shown else Checked(self, target)

    def needs(self, counter, at_least=1):
        """The load has provoked what the scene is about, by the kernel's own count."""
        rise = self.rose["TcpExt." + counter]
        assert rise >= at_least, f"the load did not provoke it: {counter} rose by {rise}"

    def evidence(self, rule):
        """Of the first finding of that rule; None where there are no findings to look at."""
        found = [f for f in self.document["findings"] if f["rule"] == rule] if self.document else []
        return found[0]["evidence"] if found else None

    def kept_waiting(self, seen):
        """What unix_crowd.py counted is what is said of it."""
        assert seen["waited"] and seen["eagain"], seen
        evidence = self.evidence("unix-backlog-full")
        if not evidence:
            return
        clients = self.document["listeners"][0]["unix"]["clients"]
        harness.same("who waited", {(c["pid"], c["comm"]) for c in clients}, {(seen["pid"], "python3")})
        harness.same("EAGAIN", (sum(c["eagain"] for c in clients), evidence["eagain"]), (seen["eagain"],) * 2)
        waits = sorted(((c["until_ns"] - c["since_ns"]) / 1e9 for c in clients if not c["eagain"]), reverse=True)
        harness.same("waits", evidence["connect_wait_max_ns"] / 1e9, waits[0])
        # A client may be kept from its CPU as its connect() returns: some are just over what it counts from.
        told, rest = waits[:len(seen["waited"])], waits[len(seen["waited"]):]
        assert len(told) == len(seen["waited"]) and all(wait < 0.015 for wait in rest), (waits, seen)
        assert all(abs(wait - own) < 0.05 for wait, own in zip(told, seen["waited"])), (waits, seen)

    def holds(self, rule, **truth):
        """The rule's evidence says what the scene knows."""
        seen = self.evidence(rule)
        if seen:
            harness.same(f"evidence of {rule}", {key: seen[key] for key in truth}, truth)


def read_verdict(recording):
    """The exported document; a sample of it is held against the schema."""
    harness.socktrace("export", recording, "--format", "json", "-o", "lab.json")
    harness.run(PYTHON, os.path.join(harness.ROOT, "tests", "validate.py"), "--sample", 20, "lab.json")
    return harness.Document(json.loads(read_text("lab.json")))


class Checked:
    """socktrace record beside the scene; afterwards lab.document and lab.rose."""

    def __init__(self, lab, target):
        self.lab = lab
        self.trace = Program(SOCKTRACE, "record", "-o", "lab.skt", *target)

    def __enter__(self):
        self.trace.await_message("attached")
        self.before = kernel_counters()
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            return
        after = kernel_counters()
        self.lab.rose = {name: value - self.before.get(name, 0) for name, value in after.items()}
        harness.same("status of socktrace", self.trace.stop(), 0)
        self.lab.document = read_verdict("lab.skt")


class Shown:
    """socktrace diagnose beside the scene, for a person."""

    def __init__(self, lab, target):
        self.lab = lab
        lab.say("socktrace diagnose " + " ".join(map(str, target)))
        self.trace = Program(SOCKTRACE, "diagnose", *target, stdout=sys.stdout)

    def __enter__(self):
        self.trace.await_message("attached")
        self.before = kernel_counters()
        return self

    def __exit__(self, *_):
        after = kernel_counters()
        self.lab.rose = {name: value - self.before.get(name, 0) for name, value in after.items()}
        self.trace.process.send_signal(signal.SIGINT)
        self.trace.finish()
        print(*harness.messages(self.trace), sep="\n")

# SPDX-License-Identifier: BSD-2-Clause
"""Runs one test in a network and a mount namespace, a session and a folder of its own,
and says how it went. Knows nothing of what is tested.
"""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback

import harness

STATUS_SKIP = 77
TAIL_LINES = 25


def _print_tails():
    for program in harness.running:
        print(f"--- {' '.join(program.command)}  (status {program.process.poll()})")
        for stream in (program.stderr, program.stdout):
            for line in stream.splitlines()[-TAIL_LINES:]:
                print("    " + "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line))


def inside(test, let_through=()):
    """The inside of one test: its own namespaces, session and folder are there already."""
    harness.ip("link", "set", "lo", "up")
    try:
        test()
        return 0
    except let_through:
        raise
    except harness.Skip as reason:
        print(f"why: {reason}")
        return STATUS_SKIP
    except Exception as error:
        traceback.print_exc(file=sys.stdout)
        _print_tails()
        print(f"why: {type(error).__name__}: {error}".replace("\n", " "))
        return 1


def _kill_session(leader):
    """Ends what the test left behind: its session is its own, so nothing else is in it."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.getsid(int(pid)) == leader:
                os.kill(int(pid), signal.SIGKILL)
        except ProcessLookupError:
            pass


def run(program, name, limit_seconds):
    """Runs `program --here name`, which calls inside(); gives (status, output)."""
    if os.geteuid() != 0:
        return STATUS_SKIP, "why: needs root"
    folder = tempfile.mkdtemp(prefix="socktrace-live-")
    os.chmod(folder, 0o755)
    command = ["unshare", "-n", "-m", "--propagation", "private", sys.executable, program, "--here", name]
    with tempfile.TemporaryFile() as output:
        test = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output,
                                stderr=subprocess.STDOUT, start_new_session=True)
        try:
            status = test.wait(limit_seconds)
        except subprocess.TimeoutExpired:
            status = 1
            output.write(f"why: not over after {limit_seconds} s\n".encode())
        finally:
            _kill_session(test.pid)
            test.wait()
        output.seek(0)
        text = output.read().decode(errors="replace")
    shutil.rmtree(folder, ignore_errors=True)
    return status, text


def report(name, status, text):
    """Prints the line of a result; gives the word to count it by."""
    *details, last = text.splitlines() or [""]
    why = last[5:] if last.startswith("why: ") else f"status {status}: {last}"
    if status == 0:
        print(f"ok {name}", flush=True)
        return "passed"
    if status == STATUS_SKIP:
        print(f"skip {name}: {why}", flush=True)
        return "skipped"
    print("\n".join([f"not ok {name}: {why}"] + ["    " + line for line in details]), flush=True)
    return "failed"


def sum_up(counts):
    """The last line; the status to exit with."""
    print(", ".join(f"{counts.get(word, 0)} {word}" for word in ("passed", "failed", "skipped")))
    return 1 if counts.get("failed") or not counts else 0

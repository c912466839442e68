# SPDX-License-Identifier: BSD-2-Clause
"""-c: what is counted, held against what the workload counted itself."""
import json
import os
import re

from harness import LIVE, PYTHON, SOCKTRACE, Program, eventually, find_program, in_syscall, read_text, run, same, socktrace, \
    unmount_tracefs
from puppet import SYSCALL_ACCEPT, Puppet

COUNTING = os.path.join(LIVE, "programs", "counting.py")
UNITS = {"ns": 1e-9, "µs": 1e-6, "ms": 1e-3, "s": 1, "B": 1, "kB": 1000, "MB": 1000000}


def number(text):
    """What a cell says: a count, a time in seconds or bytes; None where it is not known."""
    if text == "–":
        return None
    value, unit = re.fullmatch(r"([\d.,]+) ?(\D*)", text).groups()
    value = float(value.replace(",", ""))
    return value * UNITS[unit] if unit else value


def table(text):
    """{call: {column: number, …, "errors": {errno: count}}} of what -c printed, and the order of calls."""
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("CALL "))
    titles = [(m.group(), m.end()) for m in re.finditer(r"\S+", lines[start])][1:]
    rows, errors = {}, {}
    for line in lines[start + 1:lines.index("", start)]:
        if line.startswith("  "):
            name, count = line.split()
            errors[name] = number(count)
            continue
        errors, begin = {}, 17
        row = rows[line.split()[0]] = {"errnos": errors}
        for title, end in titles:
            cell = line[begin:end].strip()
            row[title] = number(cell) if cell else 0
            begin = end
    return rows


def check_counts(rows, counted):
    same("calls", sorted(rows), sorted(counted))
    for name, own in counted.items():
        row = rows[name]
        same(f"{name}: count", row["COUNT"], own["count"])
        same(f"{name}: errors by errno", row["errnos"], own["errors"])
        if name in ("send", "recv"):
            same(f"{name}: time", row["ELAPSED"], None)
            assert abs(row["BYTES"] - own["bytes"]) <= own["bytes"] / 100, f"{name}: {row} and {own}"
            continue
        same(f"{name}: errors", row["ERRORS"], sum(own["errors"].values()))
        # from within, a call takes longer than its way through the kernel; figures are rounded
        assert 0 < row["ELAPSED"] <= own["elapsed"] * 1.01, f"{name}: {row} and {own}"
        assert row["MAX"] <= own["longest"] * 1.01, f"{name}: {row} and {own}"
        assert row["MEDIAN"] <= row["P99"] <= row["MAX"], f"{name}: {row}"
        assert row["MAX"] <= row["ELAPSED"] * 1.01, f"{name}: {row}"
    same("longest first", [rows[name]["ELAPSED"] or 0 for name in rows],
         sorted((row["ELAPSED"] or 0 for row in rows.values()), reverse=True))


def test_live():
    """More connections than a trace keeps; every call, its errors and its bytes are counted."""
    program = socktrace("-c", "--", PYTHON, COUNTING, "own.json")
    check_counts(table(program.stdout), json.loads(read_text("own.json")))
    assert program.stdout.startswith("CALL "), "the summary is not all there is"


def test_recorded():
    socktrace("record", "-o", "x.skt", "--", PYTHON, COUNTING, "own.json")
    program = socktrace("show", "-c", "x.skt")
    check_counts(table(program.stdout), json.loads(read_text("own.json")))
    assert "▒" not in program.stdout, "drawings though the calls were to be counted"


def test_without_tracefs():
    """Who may not mount it sees the calls by two programs for all system calls: the same ones."""
    unmount_tracefs()
    unable = [find_program("setpriv"), "--bounding-set", "-sys_admin", "--inh-caps", "-all", SOCKTRACE]
    said = run(*unable, "check").stdout
    assert re.search("^calls +tp_btf sys_enter, sys_exit$", said, re.MULTILINE), said
    program = run(*unable, "-c", "--", PYTHON, COUNTING, "own.json")
    check_counts(table(program.stdout), json.loads(read_text("own.json")))


def test_attached():
    """-c -p: accept() waits and the column says so; the client, not asked for, is not counted."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen()
    program = Program(SOCKTRACE, "-c", "-f", "-p", server.pid)
    program.await_message("attached")
    server.start("began = time.monotonic(); sock, _ = listener.accept(); took = time.monotonic() - began")
    eventually("accept() waits", lambda: in_syscall(server.pid, *SYSCALL_ACCEPT))
    client(f"time.sleep(0.25); sock = tcp_connect({port}); sock.send(b'x' * 9)")
    server.wait()
    server("sock.recv(9); sock.close()")
    client("sock.close()")
    same("status", program.stop(), 0)
    rows, took = table(program.stdout), server("took")
    same("calls", sorted((name, row["COUNT"]) for name, row in rows.items()), [("accept", 1), ("close", 1), ("recv", 1)])
    assert 0.25 <= rows["accept"]["ELAPSED"] <= took * 1.01, f"{rows['accept']}, and itself it measured {took} s"
    assert re.search(r"Not counted: 2 calls of other\s+ends", program.stdout), program.stdout


def test_looks():
    """It fits the terminal, and has a plain form."""
    socktrace("record", "-o", "x.skt", "--", PYTHON, COUNTING, "own.json")
    for columns in (50, 60, 80):
        text = socktrace("show", "-c", "x.skt", env={**os.environ, "COLUMNS": str(columns)}).stdout
        longest = max(len(line) for line in text.splitlines())
        assert longest <= columns, f"{longest} columns of {columns}"
        assert "\x1b" not in text, "escape sequences in a pipe"
    assert socktrace("show", "-c", "--ascii", "x.skt").stdout.isascii()

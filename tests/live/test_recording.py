# SPDX-License-Identifier: BSD-2-Clause
"""Recordings: the same as the live trace, whole as far as they go, whatever happens to them."""
import os
import re
import shutil
import zlib

from harness import PYTHON, SOCKTRACE, Program, Trace, eventually, export, messages, one_message, read_stream, read_text, same, socktrace
from puppet import Puppet


def essence(connection):
    """What of a connection two tracers must agree on: all but their own clocks."""
    def end(side):
        return side and {key: side[key] for key in ("pid", "fd", "address", "port", "bytes_sent", "bytes_received")}
    calls = [(e["side"], e["name"], e["fd"], e["ret"], e["errno"]) for e in connection["events"]
             if e["name"] not in ("send", "recv")]
    return {**{key: connection[key] for key in ("id", "pair", "outcome", "ended_by", "syns", "listener")},
            "client": end(connection["client"]), "server": end(connection["server"]), "calls": calls}


def mixed_workload(server, client, port):
    """A closed connection, a reset one, a refused one, UDP, and one that stays open."""
    client(f"a = tcp_connect({port})")
    server("sock, _ = listener.accept(); sock.sendall(b'x' * 1000); sock.close()")
    client("receive_all(a); a.close()")
    client(f"b = tcp_connect({port})")
    server("sock, _ = listener.accept(); close_by_reset(sock)")
    client("select.select([b], [], []); b.close()")
    client("c = socket.socket(); c.connect_ex(('127.0.0.1', 1)); c.close()")
    client("u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.sendto(b'nobody', ('127.0.0.1', 9)); u.close()")
    client(f"d = tcp_connect({port})")
    server("sock, _ = listener.accept()")


def recorded():
    """A recording of the mixed workload."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen()
    with Trace("-p", server.pid, "-p", client.pid, form="record") as trace:
        mixed_workload(server, client, port)
    return trace


def test_record_and_live_agree():
    """Two tracers of one workload, one live and one recording: the same ids, outcomes, calls, bytes."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen()
    targets = "-p", server.pid, "-p", client.pid
    with Trace(*targets) as live, Trace(*targets, form="record") as record, Trace(*targets, form="ndjson") as stream:
        mixed_workload(server, client, port)
    wanted = [essence(c) for c in live.document["connections"]]
    same("outcomes", [c["outcome"] for c in wanted], ["closed", "reset", "refused", "closed", "open"])
    for what, trace in (("exported", record), ("streamed", stream)):
        got = sorted((essence(c) for c in trace.document["connections"]), key=lambda c: int(c["id"]))
        for one, other in zip(got, wanted, strict=True):
            same(f"{what} #{other['id']}", one, other)


def test_export_is_stable():
    """Exporting twice gives the same bytes; NDJSON the same connections."""
    trace = recorded()
    shutil.copy(trace.path, "copy.skt")
    export("copy.skt")
    with open(f"{trace.path}.json", "rb") as one, open("copy.skt.json", "rb") as other:
        assert one.read() == other.read(), "two exports of one recording differ"
    stream = export("copy.skt", form="ndjson")
    same("connections", sorted(stream["connections"], key=lambda c: int(c["id"])),
         trace.document["connections"])


def test_show_draws_what_live_drew():
    server, client = Puppet("server"), Puppet("client")
    port = server.listen()
    program = Program(SOCKTRACE, "-o", "x.skt", "-p", server.pid)
    program.await_message("attached")
    client(f"a = tcp_connect({port})")
    server("sock, _ = listener.accept(); sock.sendall(b'x' * 1000); sock.close()")
    client("receive_all(a); a.close()")
    same("status", program.stop(), 0)
    drawing = socktrace("show", "x.skt").stdout
    assert "connect(" in drawing, f"no drawing: {drawing!r}"
    assert drawing.strip() in program.stdout, "show draws something else than the live trace did"


def test_show_one_connection():
    trace = recorded()
    for connection in trace.document["connections"]:
        first = socktrace("show", trace.path, "--conn", connection["id"], "--flowchart").stdout.lstrip().splitlines()[0]
        assert re.match(rf"#{connection['id']}\b", first), f"the drawing of #{connection['id']} begins {first!r}"


def test_show_no_such_connection():
    one_message(socktrace("show", recorded().path, "--conn", "999", status=1), "999")


def test_svg():
    from xml.etree import ElementTree
    trace = recorded()
    socktrace("export", trace.path, "--format", "svg", "--conn", "1", "-o", "x.svg")
    text = "".join(ElementTree.parse("x.svg").getroot().itertext())
    for call in ("socket(", "connect(", "accept(", "close("):
        assert call in text, f"no {call}) in the picture"


def test_export_spares_what_is_there():
    """A recording is not exported over itself; where there is nothing to read, the old document stays."""
    trace = recorded()
    with open(trace.path, "rb") as file:
        before = file.read()
    os.link(trace.path, "linked.ndjson")
    for path in (trace.path, "linked.ndjson"):
        one_message(socktrace("export", trace.path, "--format", "ndjson", "-o", path, status=1), path, "the recording itself")
    with open(trace.path, "rb") as file:
        assert file.read() == before, "the recording is not what it was"
    with open("old.json", "w", encoding="ascii") as file:
        file.write("old")
    one_message(socktrace("export", "absent.skt", "-o", "old.json", status=1), "absent.skt")
    same("the old document", read_text("old.json"), "old")


def test_pipe_to_export():
    """A stream cut off has no end line; a whole one does."""
    trace = recorded()
    export(trace.path, form="ndjson")
    same("connections", len(read_stream(f"{trace.path}.ndjson")["connections"]), 5)


def test_killed_recorder_keeps_what_it_wrote():
    """kill -9: every finished block reads back."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen()
    recorder = Program(SOCKTRACE, "record", "-o", "x.skt", "-p", server.pid)
    recorder.await_message("attached")
    header = os.path.getsize("x.skt")
    for _ in range(10):
        client(f"a = tcp_connect({port}); a.sendall(b'x'); a.close()")
        server("sock, _ = listener.accept(); receive_all(sock); sock.close()")
    eventually("a block is written", lambda: os.path.getsize("x.skt") > header + 10 * 500)
    recorder.process.kill()
    recorder.finish()
    document = export("x.skt")
    same("connections", len([c for c in document["connections"] if c["outcome"] == "closed"]), 10)
    same("complete", document["loss"]["complete"], False)
    program = socktrace("show", "x.skt")
    one_message(program, "x.skt", "the end is missing")
    assert "incomplete: " in program.stdout, "the drawing does not say that something may be missing"
    same("the server goes on", server("1 + 1"), 2)


def cut(path, size, name):
    with open(path, "rb") as file, open(name, "wb") as out:
        out.write(file.read()[:size])


def test_truncated():
    """Cut anywhere: what is whole is shown, and one line says that there was more."""
    trace = recorded()
    size = os.path.getsize(trace.path)
    for part in (size - 1, size // 2, 100):
        cut(trace.path, part, "cut.skt")
        one_message(socktrace("export", "cut.skt", "--format", "json", "-o", "cut.json"), "cut.skt")


def test_flipped_byte():
    trace = recorded()
    with open(trace.path, "rb") as file:
        data = bytearray(file.read())
    data[len(data) // 2] ^= 1
    with open("flipped.skt", "wb") as file:
        file.write(data)
    program = socktrace("export", "flipped.skt", "--format", "json", "-o", "flipped.json")
    one_message(program, "flipped.skt", "damaged")


def test_not_a_recording():
    one_message(socktrace("show", "/bin/sh", status=1), "/bin/sh", "not a socktrace recording")


def test_empty_file():
    with open("empty.skt", "wb"):
        pass
    one_message(socktrace("show", "empty.skt", status=1), "empty.skt")


def test_no_such_file():
    one_message(socktrace("show", "absent.skt", status=1), "absent.skt", "no such file")


def changed_header(name, change):
    with open(recorded().path, "rb") as file:
        data = bytearray(file.read())
    change(data)
    with open(name, "wb") as file:
        file.write(data)


def test_newer_version():
    def change(data):
        """Version at 8, header size at 16, its CRC at 20: these stay where they are in every version."""
        size = int.from_bytes(data[16:20], "little")
        data[8:12] = (1000).to_bytes(4, "little")
        data[20:24] = bytes(4)
        data[20:24] = zlib.crc32(data[:size]).to_bytes(4, "little")
    changed_header("newer.skt", change)
    one_message(socktrace("show", "newer.skt", status=1), "newer.skt", "newer socktrace", "1000")


def test_damaged_header():
    """The records behind it are whole, and shown."""
    def change(data):
        data[9] ^= 1
    changed_header("header.skt", change)
    program = socktrace("show", "header.skt")
    one_message(program, "header.skt", "damaged")
    assert "incomplete" in program.stdout, "the drawing does not say that something may be missing"


def test_recorder_counts_connections():
    """A connection within this host is one, though both of its ends are recorded, also of those that were there before."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen()
    client(f"before = [tcp_connect({port}) for _ in range(4)]")
    server("before = [listener.accept()[0] for _ in range(4)]")
    recorder = Program(SOCKTRACE, "record", "-o", "x.skt", "-p", server.pid)
    recorder.await_message("attached")
    for _ in range(3):
        client(f"a = tcp_connect({port}); a.close()")
        server("sock, _ = listener.accept(); sock.close()")
    same("status", recorder.stop(), 0)
    assert " 7 TCP connections, " in recorder.stderr, recorder.stderr


def test_record_prints_nothing_on_stdout():
    """What record has to say is one line at the end: how much there was, and that none was lost."""
    program = Program(SOCKTRACE, "record", "-o", "x.skt", "--", PYTHON, "-c", "import socket; socket.socket()")
    same("status", program.finish(), 0)
    same("stdout", program.stdout, "")
    same("messages", messages(program), [])
    assert re.search(r"^x\.skt: \d+ events, .* 0 lost, ", program.stderr, re.MULTILINE), f"no sums: {program.stderr}"

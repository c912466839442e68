# SPDX-License-Identifier: BSD-2-Clause
"""What a live trace puts on stdout, and when."""
import json
import os
import re
import signal
import time

from harness import PYTHON, SOCKTRACE, Program, eventually, events, read_document, read_stream, same, socktrace, trace_command
from puppet import Puppet

PAIR = "import socket; a, b = socket.socketpair(); a.send(b'x' * 9); b.recv(9); a.close(); b.close()"


def test_lines_come_at_once():
    """A line stands on stdout within 100 ms of its call's return: the best of five, for the machine's sake."""
    puppet = Puppet("puppet")
    program = Program(SOCKTRACE, "-p", puppet.pid)
    program.await_message("attached")
    took = []
    for number in range(1, 6):
        puppet("socket.socket().close()")
        begin = time.monotonic()
        eventually("the line", lambda: program.stdout.count("close(") == number)
        took.append(time.monotonic() - begin)
    same("status", program.stop(), 0)
    assert min(took) < 0.1, f"lines came after {took} s"


NO_SOCKET = """
import ctypes
libc, name = ctypes.CDLL(None), struct.pack("!HH4s8x", socket.AF_INET << 8, 80, bytes([10, 0, 0, 1]))
plain = os.open("/dev/null", os.O_RDWR)
libc.listen(plain, 7); libc.shutdown(plain, 1); libc.bind(plain, name, 16); libc.accept4(plain, 0, 0, os.O_NONBLOCK)
os.close(plain)
libc.accept(plain, 0, 0); libc.connect(plain, name, 16); libc.accept(-1, 0, 0); libc.listen(-1, 7)
idle = socket.socket(); libc.accept(idle.fileno(), 0, 0); idle.close()
"""


def test_calls_on_what_is_no_socket():
    """An accept loop whose listener was closed: each call and its error, and no listener made up."""
    puppet = Puppet("puppet")
    program = Program(SOCKTRACE, "-p", puppet.pid, "-o", "trace.json")
    program.await_message("attached")
    puppet(NO_SOCKET)
    fd = puppet("plain")
    same("status", program.stop(), 0)
    calls = re.findall(r"puppet\[\d+\] +(\w+\(.*?\)) E(\w+)", program.stdout)
    same("calls that failed", calls, [
        (f"listen({fd}, 7)", "NOTSOCK"), (f"shutdown({fd}, SHUT_WR)", "NOTSOCK"), (f"bind({fd}, 10.0.0.1:80)", "NOTSOCK"),
        (f"accept({fd})", "NOTSOCK"), (f"accept({fd})", "BADF"), (f"connect({fd})", "BADF"), ("accept(-1)", "BADF"),
        ("listen(-1, 7)", "BADF"), (f"accept({fd})", "INVAL")])
    document = read_document("trace.json")
    document.check_complete()
    same("listeners", document["listeners"], [])


def data_lines(text):
    """Of each line of sends or receives: (pid, name), calls, bytes."""
    for pid, name, calls, moved in re.findall(r"\[(\d+)\] +(send|recv)\(\d+\)(?: ×([\d,]+))? = (\d+)(?: B)? ", text):
        yield (int(pid), name), int((calls or "1").replace(",", "")), int(moved)


def test_turns_are_summed():
    """Of a connection that turns at every call some runs have a line, the others are in sums that lose nothing."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen()
    program = Program(SOCKTRACE, "-p", server.pid)
    program.await_message("attached")
    client(f"sock = tcp_connect({port})")
    server("sock, _ = listener.accept()")
    made = {(puppet.pid, name): 0 for puppet in (server, client) for name in ("send", "recv")}

    def turn_about(last=""):
        server.start("for _ in range(400):\n    sock.recv(1); sock.send(b'x')\n" + last)
        client("for _ in range(400):\n    sock.send(b'x'); sock.recv(1)\n")
        server.wait()
        made.update({key: calls + 400 for key, calls in made.items()})

    def told():
        calls, moved = dict.fromkeys(made, 0), dict.fromkeys(made, 0)
        for key, n, size in data_lines(program.stdout):
            calls[key] += n
            moved[key] += size
        return calls == made and moved == made

    begin = time.monotonic()
    turn_about()
    eventually("all is told while it is quiet", told)
    seconds = int(time.monotonic() - begin) + 2
    lines = len(list(data_lines(program.stdout)))
    assert lines <= seconds * 14, f"{lines} lines in {seconds} s"
    turn_about(last="sock.close()")
    eventually("the close", lambda: re.search(rf"\[{server.pid}\] +close\(", program.stdout))
    before, after = re.split(rf"\[{server.pid}\] +close\(", program.stdout)
    assert not any(key[0] == server.pid for key, _, _ in data_lines(after)), f"told after the close: {after}"
    same("status", program.stop(), 0)
    assert told(), f"of {made} there is {list(data_lines(program.stdout))}"


def read_terminal(terminal):
    text = b""
    while True:
        try:
            text += os.read(terminal, 1 << 20)
        except OSError: # EIO: nobody has the other side any more
            return text.decode().replace("\r\n", "\n")


def test_nobody_reads():
    """A terminal that takes nothing for a while, as across a slow line: some lines are left out and counted, but no
    event is lost."""
    puppet, rounds = Puppet("puppet"), 30_000
    terminal, shown = os.openpty()
    program = Program(SOCKTRACE, "-p", puppet.pid, "--buffer", 1, "--color", "never", stdout=shown)
    os.close(shown)
    program.await_message("attached")
    puppet(f"for _ in range({rounds}): socket.socket().close()")
    program.process.send_signal(signal.SIGINT)
    text = read_terminal(terminal)
    os.close(terminal)
    same("status", program.finish(), 0)
    left_out = [int(n.replace(",", "")) for n in re.findall(r"([\d,]+) lines left out", text)]
    same("lines", len(re.findall(r"^[0-9:.]{12} .*\b(?:socket|close)\(", text, re.M)) + sum(left_out), 2 * rounds)
    assert left_out and ", none lost" in text, text[-300:]


def test_json_on_stdout():
    program = socktrace("--json", "--", PYTHON, "-c", PAIR)
    with open("x.ndjson", "w", encoding="utf-8") as file:
        file.write(program.stdout)
    same("outcome", read_stream("x.ndjson").connection()["outcome"], "closed")


def test_event_lines():
    """--events: every event is a line of its own too, in order of time for each socket."""
    program = socktrace("--json", "--events", "--", PYTHON, "-c", PAIR)
    lines = [json.loads(line) for line in program.stdout.splitlines()]
    names = [line["name"] for line in lines if line["type"] == "event"]
    same("events", sorted(names), ["close", "close", "recv", "send", "socketpair"])


def test_open_connections_repeat():
    """--interval: a reader of the stream hears of connections that stay open, with their sums so far."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen()
    program = Program(SOCKTRACE, "--json", "--interval", "0.1", "-p", server.pid)
    program.await_message("attached")
    client(f"sock = tcp_connect({port})")
    server("sock, _ = listener.accept(); sock.send(b'x' * 9)")

    def sums():
        lines = [json.loads(line) for line in program.stdout.splitlines(keepends=True) if line.endswith("\n")]
        return [line["server"]["bytes_sent"] for line in lines if line["type"] == "connection" and line["server"]]
    eventually("a line with the bytes sent", lambda: 9 in sums())
    server("sock.send(b'x' * 11)")
    eventually("another with more", lambda: 20 in sums())
    same("status", program.stop(), 0)


def test_one_of_several():
    """The connection on which something happened is drawn; not those that a server has open beside it, nor the timeline of all."""
    puppet = Puppet("puppet")
    puppet("idle = [socket.socketpair() for _ in range(2)]")
    program = Program(SOCKTRACE, "-q", "-p", puppet.pid, "-o", "x.svg")
    program.await_message("attached")
    puppet("a, b = socket.socketpair(); a.send(b'x' * 9); b.recv(9); a.close(); b.close()")
    same("status", program.stop(), 0)
    for words in "#3 unix", "send(", "2 more connections were open, and nothing happened there":
        assert words in program.stdout, program.stdout
    assert "send(" in open("x.svg", encoding="utf-8").read(), "the drawing is of another one"


def test_quiet():
    """-q: the drawing alone."""
    program = socktrace("-q", "--", PYTHON, "-c", PAIR)
    first = program.stdout.lstrip().splitlines()[0]
    assert first.startswith("#1 unix"), f"begins with {first!r}"


def test_fds():
    """-y: behind each fd stands what it is, by the ports that the workload says it had."""
    command = """if True:
        import socket, sys
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen(5)
        client = socket.socket()
        client.connect(listener.getsockname())
        connection, _ = listener.accept()
        client.send(b"x")
        connection.recv(1)
        ports = listener.getsockname()[1], client.getsockname()[1]
        fds = listener.fileno(), client.fileno(), connection.fileno()
        path = socket.socket(socket.AF_UNIX)
        path.bind("a>b")
        path.listen()
        [sock.close() for sock in (connection, client, listener, path)]
        print("own", *ports, *fds, file=sys.stderr)
        """
    program = socktrace("-y", "--ascii", "--", PYTHON, "-c", command, env={**os.environ, "COLUMNS": "80"})
    listening, port, listener, client, connection = re.search("^own (.*)", program.stderr, re.M).group(1).split()
    route = f"127.0.0.1:{port} -> :{listening}"
    for wanted in (f"socket(AF_INET, SOCK_STREAM) = {listener}<tcp>\n",
                   f"listen({listener}<tcp 127.0.0.1:{listening}>, 5) = 0 ",
                   f"connect({client}<{route}>) = 0 ",
                   f"accept({listener}<:{listening}>) = {connection}<127.0.0.1:{port}> ",
                   f"send({client}<{route}>) = 1 ",
                   f"recv({connection}<{route}>) = 1 ",
                   f"close({connection}<{route}>) = 0 ",
                   f"close({listener}<tcp 127.0.0.1:{listening}>) = 0\n",
                   "<unix a\\x3eb>) = 0\n"):
        assert wanted in program.stdout, f"no {wanted!r}"


def test_data_off():
    """Who does not look for data does not say that there was none."""
    drawing = socktrace("--data", "off", "-q", "--", PYTHON, "-c", PAIR).stdout
    assert "bytes not known" in drawing and "no data" not in drawing, drawing
    document = trace_command(PYTHON, "-c", PAIR, options=["--data", "off"])
    connection = document.connection()
    same("data events", events(connection, "send") + events(connection, "recv"), [])
    same("calls", [e["name"] for e in events(connection) if e["source"] == "call"], ["socketpair", "socketpair", "close", "close"])


def test_color():
    """Colour is for terminals, or for who asks."""
    refused = "import socket; socket.socket().connect_ex(('127.0.0.1', 1))"
    plain = socktrace("--", PYTHON, "-c", refused).stdout
    assert "\x1b" not in plain, "escape sequences in a pipe"
    colored = socktrace("--color", "always", "--", PYTHON, "-c", refused).stdout
    assert "\x1b[" in colored, "no colour though asked for"
    same("text without colour", re.sub(r"\x1b\[[0-9;]*m", "", colored).count("ECONNREFUSED"), plain.count("ECONNREFUSED"))


def test_ascii():
    program = socktrace("--ascii", "--", PYTHON, "-c", PAIR)
    assert program.stdout.isascii(), "not ASCII: " + ascii([c for c in program.stdout if not c.isascii()][:5])


def test_other_locale():
    """Where the locale is not UTF-8 the plain form comes by itself."""
    program = socktrace("--", PYTHON, "-c", PAIR, env={"LC_ALL": "C", "PATH": "/usr/bin"})
    assert program.stdout.isascii(), "not ASCII: " + ascii([c for c in program.stdout if not c.isascii()][:5])


def test_command_as_user():
    """-u: the command runs as that user, in his groups."""
    program = socktrace("-q", "-u", "nobody", "--", "/usr/bin/id")
    assert re.search(r"uid=65534\(nobody\) gid=65534\(nogroup\) groups=65534\(nogroup\)", program.stdout), program.stdout


def test_several_outputs():
    """-o three times: the same connection in each."""
    socktrace("-o", "x.json", "-o", "x.ndjson", "-o", "x.svg", "--", PYTHON, "-c", PAIR)
    same("ids", [read_document("x.json").connection()["id"], read_stream("x.ndjson").connection()["id"]], ["1", "1"])
    with open("x.svg", encoding="utf-8") as file:
        assert "socketpair" in file.read()


def test_listeners_not_drawn():
    """What listened before the trace and did nothing in it has no drawing, and is not missed as one."""
    server = Puppet("server")
    server("kept = [tcp_listen() for _ in range(12)]")
    program = Program(SOCKTRACE, "-p", server.pid)
    program.await_message("attached")
    same("status", program.stop(), 0)
    assert "not drawn" not in program.stdout, program.stdout


def test_completeness_comes_last():
    """Below the table of connections stands the socket whose call failed, below that whether all was seen."""
    code = ("import socket, contextlib\n"
            "pairs = [socket.socketpair() for _ in range(2)]\n"
            "with contextlib.suppress(OSError): socket.socket().bind(('192.0.2.1', 0))")
    lines = socktrace("-q", "--", PYTHON, "-c", code).stdout.splitlines()
    assert any("EADDRNOTAVAIL" in line for line in lines), f"the failed bind() is not drawn: {lines}"
    assert lines[-1].startswith("complete: "), f"the last line: {lines[-1]!r}"

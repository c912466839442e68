# SPDX-License-Identifier: BSD-2-Clause
"""Which processes and which of their sockets are traced."""
import os
import re
import signal

from harness import PYTHON, SOCKTRACE, Program, Skip, Trace, events, read_document, read_text, same, socktrace, \
    trace_command
from puppet import Puppet

CONNECT = "import socket; a = socket.create_server(('127.0.0.1', 0)); b = socket.create_connection(a.getsockname()); " \
          "c, _ = a.accept(); b.close(); c.close(); a.close()"


def talk(server, client, port):
    client(f"sock = tcp_connect({port})")
    server("sock, _ = listener.accept(); sock.close()")
    client("sock.close()")


def ports(document):
    return sorted(c["server"]["port"] for c in document["connections"] if c["server"])


def test_only_the_target():
    a, b, client = Puppet("a"), Puppet("b"), Puppet("client")
    port_a, port_b = a.listen(), b.listen()
    with Trace("-p", a.pid) as trace:
        talk(b, client, port_b)
        talk(a, client, port_a)
    same("server ports", ports(trace.document), [port_a])


def test_two_targets():
    a, b, c, client = Puppet("a"), Puppet("b"), Puppet("c"), Puppet("client")
    server_ports = [x.listen() for x in (a, b, c)]
    with Trace("-p", a.pid, "-p", b.pid) as trace:
        for server, port in zip((a, b, c), server_ports):
            talk(server, client, port)
    same("server ports", ports(trace.document), sorted(server_ports[:2]))


def test_no_follow():
    """--no-follow: the process alone, not the children it makes."""
    parent = Puppet("parent")
    with Trace("-p", parent.pid, "--no-follow") as trace:
        parent("""
            pid = os.fork()
            if pid == 0:
                socket.socket().close()
                os._exit(0)
            os.waitpid(pid, 0)
            socket.socket(socket.AF_INET6).close()
        """)
    same("families", [s["family"] for s in trace.document["sockets"]], ["inet6"])


def cgroup2_mount():
    for line in read_text("/proc/self/mounts").splitlines():
        _, path, kind, options = line.split()[:4]
        if kind == "cgroup2" and "rw" in options.split(","):
            return path
    raise Skip("no writable cgroup v2 hierarchy is mounted")


def test_cgroup():
    inside, outside = Puppet("inside"), Puppet("outside")
    port = inside.listen()
    path = os.path.join(cgroup2_mount(), f"socktrace-test-{os.getpid()}")
    os.mkdir(path)
    try:
        with open(os.path.join(path, "cgroup.procs"), "w", encoding="ascii") as procs:
            procs.write(str(inside.pid))
        with Trace("--cgroup", path) as trace:
            outside("socket.socket(socket.AF_INET6).close()")
            talk(inside, outside, port)
        same("server ports", ports(trace.document), [port])
        same("sockets of others", trace.document["sockets"], [])
    finally:
        inside.kill()
        os.rmdir(path)


def test_all():
    server, client = Puppet("server"), Puppet("client")
    port = server.listen()
    with Trace("-a") as trace:
        talk(server, client, port)
    mine = [c for c in trace.document["connections"] if c["server"] and c["server"]["pid"] == server.pid]
    same("connections of the server", len(mine), 1)
    same("its client", mine[0]["client"]["pid"], client.pid)


def test_command():
    document = trace_command(PYTHON, "-c", CONNECT)
    connection = document.connection()
    same("outcome", connection["outcome"], "closed")
    same("client and server are one", connection["client"]["pid"], connection["server"]["pid"])
    document.check_complete()


def test_command_status():
    trace_command(PYTHON, "-c", "import sys; sys.exit(7)", status=7)


def test_command_killed():
    """As a shell has it: 128 and the signal's number."""
    trace_command(PYTHON, "-c", "import os; os.kill(os.getpid(), 9)", status=128 + signal.SIGKILL)


def test_command_output_is_its_own():
    program = socktrace("-o", "x.json", "--", PYTHON, "-c", "import sys; print('out'); print('err', file=sys.stderr)")
    assert "out\n" in program.stdout and "err\n" in program.stderr, "the command's output is lost"


def test_local_port():
    server, client = Puppet("server"), Puppet("client")
    wanted, other = server.listen("wanted"), server.listen("listener")
    with Trace("-p", server.pid, "-L", str(wanted)) as trace:
        talk(server, client, other)
        server("listener = wanted")
        talk(server, client, wanted)
    same("server ports", ports(trace.document), [wanted])


def test_local_port_with_a_client_of_its_own():
    """A process that connects to its own port: both ends are wanted, what goes elsewhere is not."""
    other, puppet = Puppet("other"), Puppet("puppet")
    elsewhere, port = other.listen(), puppet.listen()
    with Trace("-p", puppet.pid, "-p", other.pid, "-L", port) as trace:
        puppet(f"""
            away = tcp_connect({elsewhere}); away.close()
            client = tcp_connect({port}); client.send(b'request')
            sock, _ = listener.accept(); sock.recv(100); sock.send(b'answer'); sock.close()
            client.recv(100); client.close()""")
    connection = trace.document.connection()
    client, server = connection["client"], connection["server"]
    same("pids", (client["pid"], server["pid"]), (puppet.pid, puppet.pid))
    same("bytes", (client["bytes_sent"], server["bytes_sent"]), (7, 6))
    same("calls of the client", {e["name"] for e in events(connection, side="client") if e["source"] == "call"},
         {"socket", "connect", "send", "recv", "close"})


def test_remote_port():
    server, client = Puppet("server"), Puppet("client")
    wanted, other = server.listen("wanted"), server.listen("listener")
    with Trace("-p", client.pid, "--rport", str(wanted)) as trace:
        talk(server, client, other)
        server("listener = wanted")
        talk(server, client, wanted)
    same("client's peer ports", [c["client"]["peer_port"] for c in trace.document["connections"]], [wanted])


def test_unix_sockets_have_no_port():
    """Who asks for a port asks for no UNIX socket."""
    puppet = Puppet("puppet")
    for option in ("-L", "--rport"):
        with Trace("-p", puppet.pid, option, "80") as trace:
            puppet("a, b = socket.socketpair(); a.close(); b.close()")
        same("connections and sockets", (trace.document["connections"], trace.document["sockets"]), ([], []))


def families(*options):
    puppet = Puppet("puppet")
    with Trace("-p", puppet.pid, *options) as trace:
        puppet("""
            for family, host in ((socket.AF_INET, '127.0.0.1'), (socket.AF_INET6, '::1')):
                a = tcp_listen(host, family=family)
                b = tcp_connect(port_of(a), host, family)
                c, _ = a.accept()
                for s in (a, b, c): s.close()
        """)
    return sorted(c["family"] for c in trace.document["connections"])


def test_ipv4_only():
    same("families", families("-4"), ["inet"])


def test_ipv4_of_both():
    """A listener of IPv6 that takes IPv4 too is one of IPv4, with its queue."""
    server, client = Puppet("server"), Puppet("client")
    server("listener = socket.create_server(('::', 0), family=socket.AF_INET6, dualstack_ipv6=True)")
    port = server("port_of(listener)")
    with Trace("-p", server.pid, "-4") as trace:
        for host in "127.0.0.1", "::1":
            client(f"sock = socket.create_connection(('{host}', {port}))")
            server("listener.accept()[0].close()")
            client("sock.close()")
    connection = trace.document.connection()
    same("listener", connection["listener"], trace.document.listener(port=port)["id"])
    assert connection["accept_wait_ns"] >= 0 and connection["client"], connection


def test_a_thread():
    """Its process is meant, and that is said."""
    puppet = Puppet("puppet")
    puppet("import threading; go = threading.Event(); thread = threading.Thread(target=go.wait, daemon=True); thread.start()")
    tid = puppet("thread.native_id")
    with Trace("-p", tid) as trace:
        puppet("a, b = socket.socketpair(); a.close(); b.close()")
    same("processes", [p["pid"] for p in trace.document["processes"]], [puppet.pid])
    same("target", trace.document["capture"]["target"], f"-p {puppet.pid}")
    assert f"{tid} is a thread: its process is meant, {puppet.pid}" in trace.stderr, trace.stderr


def test_ipv6_only():
    same("families", families("-6"), ["inet6"])


def test_both_families():
    same("families", families(), ["inet", "inet6"])


def test_events_asked_for():
    """-e trace=connect,accept: live lines of these calls, and of no others."""
    program = socktrace("-e", "trace=connect,accept", "-o", "x.json", "--", PYTHON, "-c", CONNECT)
    names = {e["name"] for c in read_document("x.json")["connections"] for e in c["events"] if e["source"] == "call"}
    same("calls in the document", names, {"connect", "accept"})
    assert "connect(" in program.stdout, "no connect() among the live lines"
    assert "close(" not in program.stdout, "close() was not asked for"


def test_other_ports():
    """Sockets that prove to be of another port than asked for leave nothing; of UDP, too."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen()
    server("inbox = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); inbox.bind(('127.0.0.1', 0))")
    inbox = server("inbox.getsockname()[1]")
    for asked in ["-L", "1"], ["--rport", "1"]:
        with Trace("-p", client.pid, *asked) as trace:
            client(f"for _ in range(5): tcp_connect({port}).close()")
            server("for _ in range(5): listener.accept()[0].close()")
            client("sock = socket.socket(); refused = sock.connect_ex(('127.0.0.1', 9)); sock.close()")
            client("sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)")
            client(f"sock.sendto(b'hello', ('127.0.0.1', {inbox}))")
            server("inbox.sendto(b'hi', inbox.recvfrom(100)[1])")
            client("sock.recv(100); sock.close()")
        trace.document.check_complete()
        same(f"with {asked[0]}", (trace.document["connections"], [s["protocol"] for s in trace.document["sockets"] if s["protocol"] == "tcp"]), ([], []))


def test_datagrams_to_other_ports():
    """Of an unconnected socket: they are in no sum of those to the port asked for."""
    puppet = Puppet("puppet")
    puppet("boxes = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]; [box.bind(('127.0.0.1', 0)) for box in boxes]")
    wanted, other = puppet("[box.getsockname()[1] for box in boxes]")
    with Trace("-p", puppet.pid, "--rport", str(wanted)) as trace:
        puppet("sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)")
        for port, size in (other, 1000), (wanted, 1), (other, 500), (other, 20), (wanted, 2), (wanted, 3):
            puppet(f"sock.sendto(bytes({size}), ('127.0.0.1', {port}))")
        puppet("sock.close()")
    client = trace.document.connection(protocol="udp")
    same("sent", (client["client"]["bytes_sent"], client["client"]["peer_port"]), (6, wanted))
    same("calls", sum(e["count"] or 1 for e in events(client, name="send")), 3)


def test_accept_not_asked_for():
    """-e trace=connect: who waits to be accepted is not known, and nobody is said to; nothing but connect() has a line."""
    program = socktrace("-e", "trace=connect", "-o", "x.json", "-o", "x.skt", "--", PYTHON, "-c", CONNECT)
    document = read_document("x.json")
    assert document["capture"]["target"].startswith("-e trace=connect -- "), document["capture"]
    same("accepted", [listener["accepted"] for listener in document["listeners"]], [None])
    same("findings", document["findings"], [])
    same("what has a line", {name for name in re.findall(r"\] (\w+)", program.stdout)}, {"connect"})
    assert "▒" not in program.stdout, program.stdout
    assert "accept() was left out" in socktrace("diagnose", "x.skt").stdout


def check_route(name):
    """Whichever call is told, where from and where to the connection goes is known."""
    program = socktrace("-e", f"trace={name}", "-o", "x.json", "--", PYTHON, "-c", CONNECT)
    connection = read_document("x.json").connection()
    port = connection["server"]["port"] or connection["client"]["peer_port"]
    client = connection["client"]["port"] or connection["server"]["peer_port"]
    assert port and client, f"ports of the {name}ed connection: {client}, {port}"
    route = f"tcp 127.0.0.1:{client} → 127.0.0.1:{port} "
    assert route in program.stdout, f"no {route!r}"
    assert "?[" not in program.stdout and "backlog 0" not in program.stdout, program.stdout


def test_accept_alone():
    check_route("accept")


def test_connect_alone():
    check_route("connect")


def test_duration():
    """--duration ends the trace in order by itself."""
    puppet = Puppet("puppet")
    program = Program(SOCKTRACE, "-o", "x.json", "-p", puppet.pid, "--duration", "1")
    program.await_message("attached")
    puppet("socket.socket().close()")
    same("status", program.finish(), 0)
    document = read_document("x.json")
    same("sockets", len(document["sockets"]), 1)
    assert document["capture"]["duration_ns"] >= 1e9, "it ended early"


def test_target_ends():
    """The trace ends in order when the last target is gone."""
    puppet = Puppet("puppet")
    program = Program(SOCKTRACE, "-o", "x.json", "-p", puppet.pid)
    program.await_message("attached")
    puppet("socket.socket().close()")
    puppet.end()
    same("status", program.finish(), 0)
    same("sockets", len(read_document("x.json")["sockets"]), 1)


def test_loopback_of_another_namespace():
    """The same port of 127.0.0.1, in a network namespace that is not the server's, is another."""
    server, stranger, client = Puppet("server"), Puppet("stranger"), Puppet("client")
    stranger("import ctypes, subprocess; assert ctypes.CDLL(None).unshare(0x40000000) == 0")
    stranger("subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)")
    for host in ("127.0.0.1", "0.0.0.0"):
        port = server.listen(host=host)
        stranger(f"own = socket.create_server(('127.0.0.1', {port}))")
        with Trace("-p", server.pid) as trace:
            stranger(f"tcp_connect({port}).close()")
            client(f"tcp_connect({port}).close()")
            server("listener.accept()[0].close()")
        same(f"clients of {host}", [c["client"]["pid"] for c in trace.document["connections"]], [client.pid])

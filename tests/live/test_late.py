# SPDX-License-Identifier: BSD-2-Clause
"""Attached late: whose end is whose, of connections that were there before, and in full use."""
import os
import socket
import time

from harness import PYTHON, Program, Trace, eventually, listening, same
from puppet import Puppet

ECHO = """
import os, socket, threading
tcp, unix = socket.create_server(("127.0.0.1", 8088)), socket.socket(socket.AF_UNIX)
unix.bind("here.sock"); unix.listen(5)
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); udp.bind(("127.0.0.1", 8088))
def echo(sock):
    while data := sock.recv(100): sock.send(data)
def serve(listener):
    while True: threading.Thread(target=echo, args=listener.accept()[:1]).start()
def answer():
    while True: udp.sendto(*udp.recvfrom(100))
for how in (serve, tcp), (serve, unix), (answer,): threading.Thread(target=how[0], args=how[1:]).start()
"""

TALK = """
import socket, threading, time
tcp, unix = socket.create_connection(("127.0.0.1", 8088)), socket.socket(socket.AF_UNIX)
unix.connect("here.sock")
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); udp.connect(("127.0.0.1", 8088))
def talk(sock):
    sock.send(b"hello"); sock.recv(100); print("talking", flush=True)
    while True:
        sock.send(b"hello"); sock.recv(100); time.sleep(0.001)
def come_and_go():
    while True:
        sock = socket.create_connection(("127.0.0.1", 8088)); sock.send(b"hello"); sock.recv(100); sock.close(); time.sleep(0.005)
for sock in tcp, unix, udp: threading.Thread(target=talk, args=[sock]).start()
threading.Thread(target=come_and_go).start()
"""


def is_the_server_there(end):
    return end is not None and (end["port"] == 8088 or end["path"] == "here.sock")


def check_roles(target, call, is_server):
    with Trace("-p", target) as trace:
        eventually("connections come and go", lambda: trace.stdout.count(f"{call}(") >= 20)
    connections = trace.document["connections"]
    assert {c["protocol"] for c in connections} >= {"tcp", "unix", "udp"}, "they talk by all three"
    same("servers as clients", [c for c in connections if is_the_server_there(c["client"])], [])
    if is_server:
        same("others as servers", [c for c in connections if not is_the_server_there(c["server"])], [])
        same("of no listener", [c for c in connections if c["protocol"] != "udp" and not c["listener"]], [])


def test_busy():
    """Sends and receives are under way everywhere as the trace begins, and connections come and go."""
    server = Program(PYTHON, "-c", ECHO)
    eventually("the server listens", lambda: listening(8088) and os.path.exists("here.sock"))
    client = Program(PYTHON, "-c", TALK)
    eventually("they talk by all three", lambda: client.stdout.count("talking") == 3)
    check_roles(server.pid, "accept", is_server=True)
    check_roles(client.pid, "connect", is_server=False)


SHOUT = """
import socket
ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); ear.bind(("127.0.0.1", 0)); where = ear.getsockname()
mouth = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); mouth.bind(("127.0.0.1", 8088))
while True: mouth.sendto(bytes(30000), where)
"""


def test_datagrams_on_their_way():
    """A sendto() is nearly always under way, also as the trace comes to its socket: nobody says to whom that one goes."""
    server = Program(PYTHON, "-c", SHOUT)
    for _ in range(4):
        with Trace("-p", server.pid) as trace:
            eventually("it sends", lambda: "send(" in trace.stdout)
        connection = trace.document.connection()
        same("server", (connection["client"], connection["server"]["port"]), (None, 8088))


def test_listener_of_a_higher_fd():
    """The listener is found after its connections."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen()
    client(f"sock = tcp_connect({port})")
    server("sock, _ = listener.accept(); os.dup2(listener.fileno(), 200); listener.close()")
    for targets in [server], [server, client]:
        with Trace(*[word for puppet in targets for word in ("-p", puppet.pid)]) as trace:
            pass
        connection = trace.document.connection()
        same("server", (connection["server"]["pid"], connection["server"]["port"]), (server.pid, port))
        same("listener", connection["listener"], trace.document.listener()["id"])


def test_sockets_without_a_name():
    """Made before the trace and used in it for the first time: no list of the kernel's has them."""
    server, client = Puppet("server"), Puppet("client")
    for family, host in ("AF_INET", "127.0.0.1"), ("AF_INET6", "::1"):
        server(f"tcp = socket.socket(socket.{family}); udp = socket.socket(socket.{family}, socket.SOCK_DGRAM)")
        client(f"tcp = socket.socket(socket.{family}); udp = socket.socket(socket.{family}, socket.SOCK_DGRAM)")
        with Trace("-p", server.pid, "-p", client.pid) as trace:
            server(f"tcp.bind(('{host}', 0)); tcp.listen(); udp.bind(('{host}', 0))")
            client(f"tcp.connect(('{host}', {server('port_of(tcp)')})); udp.sendto(b'hello', ('{host}', {server('port_of(udp)')}))")
            server("sock, _ = tcp.accept(); udp.recvfrom(100); [s.close() for s in (sock, tcp, udp)]")
            client("tcp.close(); udp.close()")
        trace.document.check_complete()
        connection = trace.document.connection(protocol="tcp")
        same("ends", (connection["client"]["pid"], connection["server"]["pid"]), (client.pid, server.pid))
        datagrams = trace.document.connection(protocol="udp")
        same("datagrams", (datagrams["client"]["bytes_sent"], datagrams["server"]["bytes_received"]), (5, 5))


def connect_by_all(server, client):
    """A connection each over IPv4, IPv6 and UNIX; the kinds of their sockets, as server and client name them."""
    for kind, host, family in ("v4", "127.0.0.1", socket.AF_INET), ("v6", "::1", socket.AF_INET6):
        port = server.listen(f"listen_{kind}", host=host, family=int(family))
        client(f"{kind} = tcp_connect({port}, {host!r}, {int(family)})")
    server("listen_unix = socket.socket(socket.AF_UNIX); listen_unix.bind('here.sock'); listen_unix.listen(5)")
    client("unix = socket.socket(socket.AF_UNIX); unix.connect('here.sock')")
    server("v4, v6, unix = [listener.accept()[0] for listener in (listen_v4, listen_v6, listen_unix)]")
    return "v4", "v6", "unix"


def test_other_ends():
    """Both ends of connections from before, though one of the two is a target; not what the other one has beside them."""
    for target in "server", "client":
        server, client = Puppet("server"), Puppet("client")
        kinds = connect_by_all(server, client)
        client("aside = socket.socketpair()")
        with Trace("-p", {"server": server, "client": client}[target].pid) as trace:
            for kind in kinds:
                client(f"{kind}.send(b'how are you?')")
                server(f"{kind}.recv(100); {kind}.send(b'all')")
                client(f"{kind}.recv(100); aside[0].send(b'nothing'); {kind}.close()")
                server(f"receive_all({kind}); {kind}.close()")
        os.unlink("here.sock")
        trace.document.check_complete()
        connections = trace.document.connections(outcome="closed")
        same("protocols", sorted((c["protocol"], c["family"]) for c in connections), [("tcp", "inet"), ("tcp", "inet6"), ("unix", "unix")])
        same("ends", {(c["client"]["pid"], c["client"]["comm"], c["server"]["pid"], c["server"]["comm"]) for c in connections},
             {(client.pid, "client", server.pid, "server")})
        same("bytes", {tuple(c[side][way] for side in ("client", "server") for way in ("bytes_sent", "bytes_received")) for c in connections},
             {(12, 3, 3, 12)})
        same("ended by", {c["ended_by"] for c in connections}, {"client"})
        for c in connections:
            same("calls", [(e["side"], e["name"]) for e in c["events"] if e["name"] in ("send", "recv") and e["bytes"]],
                 [("client", "send"), ("server", "recv"), ("server", "send"), ("client", "recv")])


def test_other_ends_of_a_port():
    """Narrowed to a port, the other end is told as what it is, also where it is a target's."""
    server, client = Puppet("server"), Puppet("client")
    port, aside = server.listen(), server.listen("aside")
    client(f"sock = tcp_connect({port}); other = tcp_connect({aside})")
    server("accepted, _ = listener.accept(); aside.accept()")
    for targets in ["-p", server.pid], ["-p", server.pid, "-p", client.pid], ["-a"]:
        with Trace(*targets, "-L", port) as trace:
            client("sock.send(b'hello')")
            server("accepted.recv(10)")
        connection = trace.document.connection()
        same("ends", [(connection[side]["pid"], connection[side][way]) for side, way in (("client", "bytes_sent"), ("server", "bytes_received"))],
             [(client.pid, 5), (server.pid, 5)])


def test_other_ends_in_the_queue():
    """What waits to be accepted as the trace begins has another end, whichever of the two is the target."""
    for target in "server", "client":
        server, client = Puppet("server"), Puppet("client")
        port = server.listen()
        server("listen_unix = socket.socket(socket.AF_UNIX); listen_unix.bind('here.sock'); listen_unix.listen(5)")
        client(f"tcp = tcp_connect({port}); unix = socket.socket(socket.AF_UNIX); unix.connect('here.sock')")
        with Trace("-p", {"server": server, "client": client}[target].pid) as trace:
            server("accepted = [sock.accept()[0] for sock in (listener, listen_unix)]")
            for kind in "tcp", "unix":
                client(f"{kind}.send(b'hello')")
            server("[sock.recv(10) for sock in accepted]")
        os.unlink("here.sock")
        trace.document.check_complete()
        same("ends", sorted((c["protocol"], c["client"] and c["client"]["pid"], c["server"] and c["server"]["pid"], c["server"] and c["server"]["bytes_received"])
                            for c in trace.document["connections"]), [(kind, client.pid, server.pid, 5) for kind in ("tcp", "unix")])


def test_closed_before_it_is_accepted():
    """Clients come, close at once and are forgotten, within some 50 ms; accept() comes later: one connection each."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen()
    rounds, clients = 10, 3
    with Trace("-p", server.pid) as trace:
        for turn in range(rounds):
            client(f"if os.fork() == 0: [tcp_connect({port}).close() for _ in range({clients})]; os._exit(0)\nos.wait()")
            time.sleep(0.05 + 0.001 * turn)  # the moment is what is tried: forgotten, and not yet looked for
            server(f"for _ in range({clients}): sock, _ = listener.accept(); receive_all(sock); sock.close()")
    trace.document.check_complete()
    same("connections", len(trace.document["connections"]), rounds * clients)
    same("one-sided", [c["id"] for c in trace.document["connections"] if not (c["client"] and c["server"])], [])

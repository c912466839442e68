# SPDX-License-Identifier: BSD-2-Clause
"""Attached late: whose end is whose, of connections that were there before, and in full use."""
import os
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
    same("ports of servers as clients'", [c["id"] for c in connections if is_the_server_there(c["client"])], [])
    if is_server:
        same("others as servers", [c["id"] for c in connections if not is_the_server_there(c["server"])], [])
        same("of no listener", [c["id"] for c in connections if c["protocol"] != "udp" and not c["listener"]], [])


def test_busy():
    """Sends and receives are under way everywhere as the trace begins, and connections come and go."""
    server = Program(PYTHON, "-c", ECHO)
    eventually("the server listens", lambda: listening(8088) and os.path.exists("here.sock"))
    client = Program(PYTHON, "-c", TALK)
    eventually("they talk by all three", lambda: client.stdout.count("talking") == 3)
    check_roles(server.pid, "accept", is_server=True)
    check_roles(client.pid, "connect", is_server=False)


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

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


def check_roles(target, names):
    with Trace("-p", target) as trace:
        time.sleep(0.3)
    connections = trace.document["connections"]
    assert {c["protocol"] for c in connections} >= {"tcp", "unix", "udp"}, "they talk by all three"
    same("ports of servers as clients'", [c["id"] for c in connections if is_the_server_there(c["client"])], [])
    if "server" in names:
        same("others as servers", [c["id"] for c in connections if not is_the_server_there(c["server"])], [])
        same("of no listener", [c["id"] for c in connections if c["protocol"] != "udp" and not c["listener"]], [])


def test_busy():
    """Sends and receives are under way everywhere as the trace begins, and connections come and go."""
    server = Program(PYTHON, "-c", ECHO)
    eventually("the server listens", lambda: listening(8088) and os.path.exists("here.sock"))
    client = Program(PYTHON, "-c", TALK)
    time.sleep(0.3)
    check_roles(server.pid, ["server"])
    check_roles(client.pid, ["client"])


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
    """The client comes, closes at once, and is forgotten; accept() comes later: one connection."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen()
    rounds = 10
    with Trace("-p", server.pid) as trace:
        for _ in range(rounds):
            client(f"tcp_connect({port}).close()")
            time.sleep(0.06)
            server("sock, _ = listener.accept(); receive_all(sock); sock.close()")
    trace.document.check_complete()
    same("connections", len(trace.document["connections"]), rounds)
    same("one-sided", [c["id"] for c in trace.document["connections"] if not (c["client"] and c["server"])], [])

# SPDX-License-Identifier: BSD-2-Clause
"""UNIX connections of which only one end is a target's, or whose processes exit with them."""
import os

from harness import PYTHON, Program, Trace, events, eventually, same
from puppet import Puppet

CONNECT = "sock = socket.socket(socket.AF_UNIX); sock.connect('here.sock')"


def pair():
    server, client = Puppet("server"), Puppet("client")
    server("listener = socket.socket(socket.AF_UNIX); listener.bind('here.sock'); listener.listen(5)")
    return server, client


def test_clients_that_do_not_wait():
    """They are gone before anybody accepts them: then the kernel cannot name them any more."""
    server, client = pair()
    rounds = 20
    with Trace("-p", server.pid) as trace:
        for _ in range(rounds):
            for word in "first", "second one":
                client(f"{CONNECT}; sock.send(b'{word}'); sock.close()")
            for _ in range(2):
                server("sock, _ = listener.accept(); receive_all(sock); sock.close()")
    trace.document.check_complete()
    connections = trace.document["connections"]
    same("connections", len(connections), 2 * rounds)
    same("arrivals", trace.document.listener(path="here.sock")["arrivals"], 2 * rounds)
    same("outcomes", {(c["outcome"], c["ended_by"]) for c in connections}, {("closed", "client")})
    same("bytes", [(c["client"]["bytes_sent"], c["server"]["bytes_received"]) for c in connections],
         [(5, 5), (10, 10)] * rounds)


def test_waiting_since_before():
    """Since when they waited is not known: not 0, which is measured."""
    server, client = pair()
    client("waiting = []")
    client(f"for _ in range(2): {CONNECT}; waiting.append(sock)")
    with Trace("-p", server.pid) as trace:
        server("accepted = [listener.accept()[0] for _ in range(2)]")
        client(CONNECT)
        server("sock, _ = listener.accept()")
    waits = [c["accept_wait_ns"] for c in trace.document["connections"]]
    same("waits", (waits[:2], len(waits), waits[2] is None), ([None, None], 3, False))
    same("arrivals", trace.document.listener(path="here.sock")["arrivals"], 1)


def of_the_client(end):
    """The connection of a target whose server is none, and ends it so."""
    server, client = pair()
    with Trace("-p", client.pid) as trace:
        client(CONNECT)
        server("sock, _ = listener.accept()")
        client("sock.send(b'how are you?')")
        server("sock.recv(100); sock.send(b'all')")
        server(end)
        client("receive_all(sock); sock.close()")
    trace.document.check_complete()
    connection = trace.document.connection(protocol="unix")
    same("paths", (connection["client"]["path"], connection["server"]["path"]), ("", "here.sock"))
    same("server", connection["server"]["pid"], server.pid)
    same("bytes", (connection["client"]["bytes_sent"], connection["server"]["bytes_sent"]), (12, 3))
    return connection


def test_server_closes():
    connection = of_the_client("sock.close()")
    same("who closes", [close["side"] for close in events(connection, "close")], ["server", "client"])
    same("outcome", (connection["outcome"], connection["ended_by"]), ("closed", "server"))


def test_server_closes_without_close():
    """dup2() closes too, and no hook tells of it: it shows when the sockets are gone through."""
    connection = of_the_client("os.dup2(os.open('/dev/null', os.O_RDONLY), sock.fileno())")
    same("who closes", [(close["side"], close["pid"] is None) for close in events(connection, "close")],
         [("client", False), ("server", True)])
    same("outcome", connection["outcome"], "closed")


FORKS = """
import os, signal, socket
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
listener = socket.socket(socket.AF_UNIX); listener.bind("here.sock"); listener.listen(5)
while True:
    sock, _ = listener.accept()
    if os.fork() == 0:
        while sock.recv(100): sock.send(b"all")
        os._exit(0)
    sock.close()
"""


def test_processes_that_exit_with_it():
    """A child serves each client and exits without close(), while its parent listens on: no byte is lost, nothing ends early."""
    rounds = 20
    server, client = Program(PYTHON, "-c", FORKS), Puppet("client")
    eventually("the server listens", lambda: os.path.exists("here.sock"))
    for mode in "runs", "events":
        with Trace("-p", server.pid, "-p", client.pid, f"--data={mode}") as trace:
            for _ in range(rounds):
                client(f"{CONNECT}; sock.send(b'how are you?'); sock.recv(3); sock.shutdown(socket.SHUT_WR); receive_all(sock); sock.close()")
        trace.document.check_complete()
        listener = trace.document.listener(path="here.sock")
        same("listener", (listener["accepted"], listener["closed_ns"]), (rounds, None))
        same("bytes", {(c["client"]["bytes_sent"], c["server"]["bytes_received"], c["server"]["bytes_sent"], c["client"]["bytes_received"])
                       for c in trace.document["connections"]}, {(12, 12, 3, 3)})
        same("outcomes", {c["outcome"] for c in trace.document["connections"]}, {"closed"})


def test_passed_on_by_one_that_exits():
    """Who accepted it hands it on and exits: the connection goes on, with whoever has it."""
    server, client = pair()
    with Trace("-p", server.pid, "-p", client.pid) as trace:
        server("near, far = socket.socketpair()")
        client(CONNECT)
        server("""
if os.fork() == 0:
    sock, _ = listener.accept(); socket.send_fds(near, [b'x'], [sock.fileno()]); alone = socket.socket(socket.AF_UNIX); os._exit(0)
os.wait(); _, fds, _, _ = socket.recv_fds(far, 1, 1); sock = socket.socket(fileno=fds[0])""")
        eventually("what went with it is told", lambda: "closed" in trace.stdout)
        client("sock.send(b'how are you?')")
        server("sock.recv(100); sock.send(b'all'); sock.close()")
        client("receive_all(sock); sock.close()")
    connection = next(c for c in trace.document["connections"] if c["listener"])
    same("bytes", [connection[end][key] for end in ("client", "server") for key in ("bytes_sent", "bytes_received")], [12, 3, 3, 12])
    same("closes", [(e["side"], e["source"]) for e in events(connection, "close")], [("server", "call"), ("client", "call")])
    same("end", (connection["outcome"], connection["ended_by"]), ("closed", "server"))

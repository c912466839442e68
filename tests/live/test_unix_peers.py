# SPDX-License-Identifier: BSD-2-Clause
"""UNIX connections of which only one end is a target's."""
from harness import Trace, events, same
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

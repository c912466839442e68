# SPDX-License-Identifier: BSD-2-Clause
"""connect_ns and accept_wait_ns against clocks read inside the client and the server."""
from harness import Trace, eventually, in_syscall, kernel_counters, same
from puppet import SYSCALL_ACCEPT, Puppet

TOLERANCE_NS = 1_000_000


def punctual_pair():
    """A server and a client that other load on this machine does not keep from waking up in time."""
    pair = Puppet("server"), Puppet("client")
    for puppet in pair:
        puppet("os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))")
    return pair


def check_close(what, traced, measured):
    for number, (got, wanted) in enumerate(zip(traced, measured, strict=True)):
        assert abs(got - wanted) <= TOLERANCE_NS, f"{what} of connection {number}: traced {got} ns, measured {wanted} ns"


def test_connect_ns():
    """Twenty on a server that is ready, and one whose SYN was dropped and sent again after a second."""
    server, client = punctual_pair()
    port = server.listen(backlog=32)
    full = server.listen("full", backlog=0)
    client("""
        def timed_connect(port):
            sock = socket.socket()
            begin = time.monotonic_ns()
            sock.connect(('127.0.0.1', port))
            took = time.monotonic_ns() - begin
            socks.append(sock)
            return took
        socks = []
    """)
    with Trace("-p", server.pid, "-p", client.pid) as trace:
        measured = [client(f"timed_connect({port})") for _ in range(20)]
        client(f"timed_connect({full})")
        client.start(f"timed_connect({full})")
        eventually("the SYN is dropped", lambda: kernel_counters()["TcpExt.ListenOverflows"] == 1)
        server("a, _ = full.accept()")
        measured.append(client.wait())
    traced = [c["connect_ns"] for c in trace.document["connections"]]
    del traced[20]  # the one that only fills the queue
    check_close("connect_ns", traced, measured)


def test_accept_wait_ns():
    """Clients that wait in the queue from 0 to 190 ms, by the clocks of both sides."""
    server, client = punctual_pair()
    port = server.listen(backlog=32)
    # what Python does for the first time takes a millisecond
    client(f"sock = tcp_connect({port}); sock.close(); time.monotonic_ns()")
    server("sock, _ = listener.accept(); time.monotonic_ns(); sock.close()")
    with Trace("-p", server.pid, "-p", client.pid) as trace:
        client(f"""
            socks, connected = [], []
            for _ in range(20):
                sock = socket.socket()
                sock.connect(('127.0.0.1', {port}))
                connected.append(time.monotonic_ns())
                socks.append(sock)
        """)
        server("""
            kept, accepted = [], []
            for _ in range(20):
                kept.append(listener.accept()[0])
                accepted.append(time.monotonic_ns())
                select.select([], [], [], 0.01)
        """)
        measured = [a - c for a, c in zip(server("accepted"), client("connected"))]
    connections = trace.document["connections"]
    check_close("accept_wait_ns", [c["accept_wait_ns"] for c in connections], measured)
    assert measured[-1] > 150e6, "nobody waited"
    waits = trace.document.listener(port=port)["accept_wait_ns"]
    same("max of the listener", waits["max"], max(c["accept_wait_ns"] for c in connections))


def test_blocked_accept_has_no_wait():
    """accept() that came first: the connection waits only until the server wakes."""
    server, client = punctual_pair()
    port = server.listen()
    with Trace("-p", server.pid, "-p", client.pid) as trace:
        server.start("sock, _ = listener.accept()")
        eventually("accept() blocks", lambda: in_syscall(server.pid, *SYSCALL_ACCEPT))
        client(f"sock = tcp_connect({port})")
        server.wait()
    connection = trace.document.connection()
    assert 0 <= connection["accept_wait_ns"] < 50e6, f"waited {connection['accept_wait_ns']} ns"

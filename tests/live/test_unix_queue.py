# SPDX-License-Identifier: BSD-2-Clause
"""UNIX listeners whose queue is full: who waits, who is turned away, how long the queue is."""
import os

from harness import Trace, eventually, in_syscall, read_text, same
from puppet import Puppet

SYSCALL_CONNECT = {"x86_64": 42, "aarch64": 203}[os.uname().machine]
BACKLOG = 3
ROOM = BACKLOG + 1  # so many fit

CONNECT = "socks = []\nfor _ in range({n}):\n    socks.append(socket.socket(socket.AF_UNIX)); socks[-1].connect({path!r})"
REFUSED = """
eagain = 0
for _ in range(5):
    with socket.socket(socket.AF_UNIX) as sock:
        sock.setblocking(False)
        try:
            sock.connect({path!r})
        except BlockingIOError:
            eagain += 1
assert eagain == 5, eagain"""


def unix_listen(server, path):
    server(f"listener = socket.socket(socket.AF_UNIX); listener.bind({path!r}); listener.listen({BACKLOG})")


def only_listener(document):
    return document.listener(protocol="unix")


def drops(document):
    return {key: only_listener(document)["unix"][key] for key in ("blocked", "eagain")}


def named(document, *puppets):
    """Those processes, and no others, are named as the clients that found the queue full."""
    clients = only_listener(document)["unix"]["clients"]
    same("clients", sorted((c["pid"], c["comm"]) for c in clients),
         sorted((p.pid, read_text(f"/proc/{p.pid}/comm").strip()) for p in puppets))
    return clients


def fill(client, path="queue.sock"):
    client(CONNECT.format(n=ROOM, path=path))


def test_turned_away():
    """EAGAIN of a client that nobody asked about, to an absolute path, a relative one, an abstract name."""
    for path, way in ((os.path.abspath("queue.sock"),) * 2, (os.path.abspath("other.sock"), "./other.sock"),
                      ("\0abstract/name",) * 2):
        server, client = Puppet("server"), Puppet("client")
        unix_listen(server, path)
        with Trace("-p", server.pid) as trace:
            fill(client, path)
            client(REFUSED.format(path=way))
        same(f"by {way!r}", drops(trace.document), {"blocked": 0, "eagain": 5})
        same("sockets that tried", [c["eagain"] for c in named(trace.document, *[client] * 5)], [1] * 5)
        listener = only_listener(trace.document)
        same("queue", (listener["queue"]["depth_max"], listener["arrivals"]), (ROOM, ROOM))
        server.kill()
        client.kill()


def test_another_listener_of_that_name():
    """EAGAIN at a listener that is not followed is not this one's."""
    server, other, client = Puppet("server"), Puppet("other"), Puppet("client")
    os.mkdir("elsewhere")
    unix_listen(server, "queue.sock")
    unix_listen(other, "elsewhere/other.sock")
    with Trace("-p", server.pid) as trace:
        fill(client, "elsewhere/other.sock")
        client(REFUSED.format(path="elsewhere/other.sock"))
        client(CONNECT.format(n=1, path="queue.sock"))
    same("drops", drops(trace.document), {"blocked": 0, "eagain": 0})
    same("arrivals", only_listener(trace.document)["arrivals"], 1)


def waits(client):
    client.start(CONNECT.format(n=1, path="queue.sock"))
    eventually("the client waits", lambda: in_syscall(client.pid, SYSCALL_CONNECT))


def test_waiting():
    """A blocking connect() counts once: while it waits, and not again when it gets in."""
    server, client = Puppet("server"), Puppet("client")
    waiters = [Puppet(f"waiter{n}") for n in range(3)]
    unix_listen(server, "queue.sock")
    with Trace("-p", server.pid) as trace:
        fill(client)
        for waiter in waiters:
            waits(waiter)
        server("conns = [listener.accept() for _ in range(7)]")
        for waiter in waiters:
            waiter.wait()
        client(CONNECT.format(n=1, path="queue.sock"))
    same("drops", drops(trace.document), {"blocked": 3, "eagain": 0})
    for waiter in named(trace.document, *waiters):
        assert waiter["got_in"] and waiter["until_ns"] > waiter["since_ns"], waiter
    same("arrivals, accepted", [only_listener(trace.document)[k] for k in ("arrivals", "accepted")], [8, 7])


def test_still_waiting():
    """Clients that waited before the trace, and wait at its end."""
    server, client = Puppet("server"), Puppet("client")
    waiters = [Puppet(f"waiter{n}") for n in range(3)]
    unix_listen(server, "queue.sock")
    fill(client)
    for waiter in waiters[:2]:
        waits(waiter)
    with Trace("-p", server.pid) as trace:
        waits(waiters[2])
    same("drops", drops(trace.document), {"blocked": 3, "eagain": 0})
    assert not any(waiter["until_ns"] for waiter in named(trace.document, *waiters))
    found = trace.document["findings"][0]
    same("who waits still", (found["rule"], found["evidence"]["clients_waiting"]), ("unix-backlog-full", 3))
    assert f"[{waiters[2].pid}] waited for" in " ".join(trace.stdout.split()), trace.stdout
    same("queue", only_listener(trace.document)["queue"]["depth_max"], ROOM)
    for puppet in (server, client, *waiters):
        puppet.kill()


def test_busy_but_never_full():
    """Connections one after the other, hundreds of them: nobody waits."""
    server, client = Puppet("server"), Puppet("client")
    unix_listen(server, "queue.sock")
    server("import threading\ndef serve():\n    while True:\n        listener.accept()[0].close()\n"
           "threading.Thread(target=serve, daemon=True).start()")
    with Trace("-p", server.pid) as trace:
        client("for _ in range(500):\n    with socket.socket(socket.AF_UNIX) as sock:\n"
               "        sock.connect('queue.sock'); sock.recv(1)")
    same("drops", drops(trace.document), {"blocked": 0, "eagain": 0})
    same("arrivals", only_listener(trace.document)["arrivals"], 500)

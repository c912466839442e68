# SPDX-License-Identifier: BSD-2-Clause
"""Sockets that several processes and descriptors share, and calls older than the trace."""
import os

from harness import Trace, event, events, eventually, in_syscall, same
from puppet import SYSCALL_ACCEPT, Puppet

PREFORK = """
    children = []
    for _ in range(3):
        down, up = os.pipe(), os.pipe()
        pid = os.fork()
        if pid == 0:
            while os.read(down[0], 1) == b'a':
                sock, _ = listener.accept()
                sock.sendall(b'served by %d' % os.getpid())
                sock.close()
                os.write(up[1], b'.')
            os._exit(0)
        children.append((pid, down[1], up[0]))

    def serve(child):
        pid, tell, told = children[child]
        os.write(tell, b'a')
        os.read(told, 1)
        return pid
"""


def test_prefork():
    """One listener, three processes that accept from it: each connection names the one that took it."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen()
    server(PREFORK)
    served = []
    with Trace("-p", server.pid) as trace:
        for turn in (0, 1, 2, 2, 1, 0):
            client(f"sock = tcp_connect({port})")
            served.append(server(f"serve({turn})"))
            client("receive_all(sock); sock.close()")
    document = trace.document
    same("who served", [c["server"]["pid"] for c in document["connections"]], served)
    owners = document.listener(port=port)["owners"]
    pids = {p["id"]: p["pid"] for p in document["processes"]}
    assert set(served) <= {pids[o["process"]] for o in owners}, f"owners {owners} lack some of {served}"
    document.check_complete()


def test_children_made_later():
    """The same where the workers are forked while the trace runs."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen()
    with Trace("-p", server.pid) as trace:
        server(PREFORK)
        client(f"sock = tcp_connect({port})")
        worker = server("serve(1)")
        client("receive_all(sock); sock.close()")
    same("who served", trace.document.connection()["server"]["pid"], worker)


def test_passed_over_unix():
    """A connection accepted here and served there: SCM_RIGHTS."""
    client = Puppet("client")
    front = Puppet("front")
    port = front.listen()
    front("left, right = socket.socketpair()")
    worker = front("""
def work():
    message, fds, _, _ = socket.recv_fds(right, 1, 1)
    right.recv(1)  # the front has closed its own
    sock = socket.socket(fileno=fds[0])
    sock.sendall(b'y' * 4321)
    sock.close()
pid = os.fork()
if pid == 0:
    left.close()
    work()
    os._exit(0)
""") or front("pid")
    with Trace("-p", front.pid) as trace:
        client(f"sock = tcp_connect({port})")
        front("sock, _ = listener.accept(); socket.send_fds(left, [b'x'], [sock.fileno()]); "
              "sock.close(); left.sendall(b'.'); os.waitpid(pid, 0)")
        same("client reads", client("receive_all(sock)"), 4321)
        client("sock.close()")
    connection = trace.document.connection(protocol="tcp")
    same("bytes sent", connection["server"]["bytes_sent"], 4321)
    same("who sent", {e["pid"] for e in events(connection, "send", "server")}, {worker})
    same("who accepted", event(connection, "accept")["pid"], front.pid)
    same("who closed, in order", [e["pid"] for e in events(connection, "close", "server")], [front.pid, worker])
    same("outcome", connection["outcome"], "closed")
    same("ended_by", connection["ended_by"], "server")


def test_dup():
    """Closing one descriptor of two ends nothing."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen()
    with Trace("-p", server.pid, "-p", client.pid) as trace:
        client(f"sock = tcp_connect({port})")
        server("sock, _ = listener.accept(); other = sock.dup(); sock.close()")
        server("other.sendall(b'z' * 100); other.close()")
        client("receive_all(sock); sock.close()")
    connection = trace.document.connection()
    first, last = events(connection, "close", "server")
    send = event(connection, "send", "server")
    assert first["t_ns"] < send["t_ns"] < last["t_ns"], "send is not between the two closes"
    same("bytes sent", connection["server"]["bytes_sent"], 100)
    same("outcome", connection["outcome"], "closed")


def test_accept_blocked_before_the_trace():
    server, client = Puppet("server"), Puppet("client")
    port = server.listen(backlog=7)
    server.start("sock, _ = listener.accept()")
    eventually("accept() blocks", lambda: in_syscall(server.pid, *SYSCALL_ACCEPT))
    with Trace("-p", server.pid) as trace:
        client(f"sock = tcp_connect({port})")
        server.wait()
        server("sock.close()")
        client("sock.close()")
    connection = trace.document.connection()
    accept = event(connection, "accept", "server")
    same("duration of an accept that began before the trace", accept["duration_ns"], None)
    same("who accepted", accept["pid"], server.pid)
    assert connection["accepted_ns"] > 0 and connection["accept_wait_ns"] >= 0
    listener = trace.document.listener(port=port)
    same("known from", listener["known_from"], "snapshot")
    same("backlog in force", listener["backlog"]["effective"], 7)
    same("backlog asked for", listener["backlog"]["requested"], None)


def test_connections_older_than_the_trace():
    """What was open at attach is known, with no times made up."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen()
    client(f"sock = tcp_connect({port})")
    server("sock, _ = listener.accept(); None")
    fd = server("sock.fileno()")
    client("sock.sendall(b'before')")
    server("sock.recv(6)")
    with Trace("-p", server.pid) as trace:
        client("sock.sendall(b'during it')")
        server("sock.recv(9); sock.close()")
        client("sock.close()")
    connection = trace.document.connection()
    same("seen_from_start", connection["seen_from_start"], False)
    same("established_ns", connection["established_ns"], None)
    same("accept_wait_ns", connection["accept_wait_ns"], None)
    same("server's fd", connection["server"]["fd"], fd)
    same("bytes since attach", connection["server"]["bytes_received"], 9)
    same("the server is the end with the listener's port", connection["server"]["port"], port)


def test_queue_at_attach():
    """A listener with three in its queue already."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen(backlog=7)
    client(f"socks = [tcp_connect({port}) for _ in range(3)]")
    with Trace("-p", server.pid) as trace:
        server("kept = [listener.accept()[0] for _ in range(3)]")
    listener = trace.document.listener(port=port)
    same("depth at most", listener["queue"]["depth_max"], 3)
    same("accepted", listener["accepted"], 3)
    same("owner's fd", [o["fd"] for o in listener["owners"]], [server("listener.fileno()")])


def test_threads():
    """-p means all threads of the process, those made later too."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen()
    server("import threading")
    with Trace("-p", server.pid) as trace:
        client(f"sock = tcp_connect({port})")
        tid = server("""
def serve():
    global tid
    tid = threading.get_native_id()
    sock, _ = listener.accept()
    sock.sendall(b'x')
    sock.close()
thread = threading.Thread(target=serve)
thread.start()
thread.join()
""") or server("tid")
        client("receive_all(sock); sock.close()")
    accept = event(trace.document.connection(), "accept", "server")
    same("pid and tid", (accept["pid"], accept["tid"]), (server.pid, tid))
    assert tid != server.pid and not os.path.exists(f"/proc/{server.pid}/task/{tid}")


def test_waiting_at_attach():
    """Connections that wait in the queue when the trace begins are known before anybody accepts them."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen()
    client(f"socks = [tcp_connect({port}) for _ in range(4)]")
    ports = client("[port_of(s) for s in socks]")
    with Trace("-p", server.pid) as trace:
        client("close_by_reset(socks[1])")
        server("sock, _ = listener.accept()")
    document = trace.document
    listener = document.listener(port=port)
    found = {c["client"]["port"] if c["client"] else c["server"]["peer_port"]: c for c in document["connections"]}
    same("connections", sorted(found), sorted(ports))
    same("their listener", {c["listener"] for c in found.values()}, {listener["id"]})
    same("accepted", [found[p]["accepted_ns"] is not None for p in ports], [True, False, False, False])
    same("outcomes", [found[p]["outcome"] for p in ports], ["open", "reset_in_queue", "open", "open"])
    same("seen from the start", {c["seen_from_start"] for c in found.values()}, {False})
    same("accept waits", {c["accept_wait_ns"] for c in found.values()}, {None})
    document.check_complete()

# SPDX-License-Identifier: BSD-2-Clause
"""How connections end: the outcome, who ended it, and what the kernel counted."""
import errno
import re

from harness import Trace, counted, event, events, eventually, in_syscall, ip, kernel_counters, run, same, socktrace
from peer import Peer
from puppet import SYSCALL_ACCEPT, Puppet


def connected_pair(trace_form="json"):
    """A server and a client that are connected, and the trace of both, already attached."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen()
    trace = Trace("-p", server.pid, "-p", client.pid, form=trace_form)
    client(f"sock = tcp_connect({port})")
    server("sock, peer = listener.accept()")
    return server, client, trace


def check(trace, outcome, ended_by):
    trace.__exit__(None)
    connection = trace.document.connection(protocol="tcp")
    same("outcome", connection["outcome"], outcome)
    same("ended_by", connection["ended_by"], ended_by)
    trace.document.check_complete()
    return connection


def test_closed_by_server():
    server, client, trace = connected_pair()
    server("sock.send(b'x' * 10); sock.close()")
    client("receive_all(sock); sock.close()")
    connection = check(trace, "closed", "server")
    same("bytes to the client", connection["client"]["bytes_received"], 10)
    same("client's peer is the server", connection["client"]["peer_port"], connection["server"]["port"])


def test_closed_by_client():
    server, client, trace = connected_pair()
    client("sock.send(b'x' * 1000); sock.close()")
    server("receive_all(sock); sock.close()")
    connection = check(trace, "closed", "client")
    same("bytes to the server", connection["server"]["bytes_received"], 1000)


def test_closed_by_exit():
    server, client, trace = connected_pair()
    client.kill()
    server("receive_all(sock); sock.close()")
    check(trace, "closed", "client")


def test_half_closed_with_shutdown():
    server, client, trace = connected_pair()
    client("sock.send(b'question'); sock.shutdown(socket.SHUT_WR)")
    same("server reads", server("receive_all(sock)"), 8)
    server("sock.sendall(b'a' * 5000); sock.close()")
    same("client still reads", client("receive_all(sock)"), 5000)
    client("sock.close()")
    connection = check(trace, "closed", "client")
    same("shutdown's how", event(connection, "shutdown", "client")["args"]["how"], "SHUT_WR")
    same("bytes after the shutdown", connection["client"]["bytes_received"], 5000)


def test_reset_by_server():
    server, client, trace = connected_pair()
    with counted() as kernel:
        server("close_by_reset(sock)")
        client("\ntry: sock.recv(1)\nexcept ConnectionResetError: pass\nelse: raise AssertionError('no reset')\nsock.close()")
    connection = check(trace, "reset", "server")
    same("the kernel's resets sent", kernel["Tcp.OutRsts"], 1)
    assert events(connection, "reset"), "no reset among the events"


def test_reset_by_client():
    server, client, trace = connected_pair()
    with counted() as kernel:
        client("close_by_reset(sock)")
        server("\ntry: sock.recv(1)\nexcept ConnectionResetError: pass\nelse: raise AssertionError('no reset')\nsock.close()")
    check(trace, "reset", "client")
    same("the kernel's resets sent", kernel["Tcp.OutRsts"], 1)


def test_reset_for_unread_data():
    server, client, trace = connected_pair()
    client("sock.send(b'never read')")
    server("select.select([sock], [], [])[0] and None; sock.close()")
    client("select.select([sock], [], []); sock.close()")
    check(trace, "reset", "server")


def test_still_open():
    server, client, trace = connected_pair()
    client("sock.sendall(b'x' * 77)")
    server("sock.recv(100)")
    connection = check(trace, "open", None)
    same("bytes so far", (connection["client"]["bytes_sent"], connection["server"]["bytes_received"]), (77, 77))
    same("end_ns", connection["end_ns"], None)


def test_refused():
    server, client = Puppet("server"), Puppet("client")
    port = server("s = socket.socket(); s.bind(('127.0.0.1', 0)); None") or server("port_of(s)")
    with Trace("-p", client.pid) as trace:
        client(f"sock = socket.socket(); sock.connect_ex(('127.0.0.1', {port})); sock.close()")
    connection = trace.document.connection()
    same("client", connection["client"]["address"], "127.0.0.1")
    same("outcome", connection["outcome"], "refused")
    same("errno", event(connection, "connect")["errno"], "ECONNREFUSED")
    same("server", connection["server"], None)
    same("peer port", connection["client"]["peer_port"], port)


def test_timed_out():
    """A neighbour that is known and takes every frame, but is not there."""
    ip("link", "add", "here", "type", "veth", "peer", "name", "nowhere")
    ip("addr", "add", "192.0.2.1/24", "dev", "here")
    ip("link", "set", "here", "up")
    ip("link", "set", "nowhere", "up")
    ip("neigh", "add", "192.0.2.9", "lladdr", "02:00:00:00:00:09", "dev", "here")
    run("sysctl", "-q", "-w", "net.ipv4.tcp_syn_retries=1")
    client = Puppet("client")
    with Trace("-p", client.pid) as trace, counted() as kernel:
        client("sock = socket.socket(); sock.connect_ex(('192.0.2.9', 80)); sock.close()")
    connection = trace.document.connection()
    same("outcome", connection["outcome"], "timed_out")
    same("errno", event(connection, "connect")["errno"], "ETIMEDOUT")
    same("SYNs", connection["syns"], 1 + kernel["Tcp.RetransSegs"])
    assert 2e9 < event(connection, "connect")["duration_ns"] < 5e9, "the wait is not that of one retry"


def test_reset_in_queue():
    server, client = Puppet("server"), Puppet("client")
    port = server.listen()
    with Trace("-p", server.pid, "-p", client.pid) as trace, counted() as kernel:
        client(f"sock = tcp_connect({port})")
        server("listener.close()")
        client("select.select([sock], [], []); sock.close()")
    connection = trace.document.connection()
    same("outcome", connection["outcome"], "reset_in_queue")
    same("accepted_ns", connection["accepted_ns"], None)
    same("the kernel's resets sent", kernel["Tcp.OutRsts"], 1)
    same("accepted", trace.document["listeners"][0]["accepted"], 0)
    found = " ".join(finding["summary"] for finding in trace.document["findings"])
    assert "1 connection came, nobody was turned away, 1 was reset while it waited" in found, found


def test_waits_in_queue_at_the_end():
    server, client = Puppet("server"), Puppet("client")
    port = server.listen()
    with Trace("-p", server.pid, "-p", client.pid) as trace:
        client(f"sock = tcp_connect({port})")
    connection = trace.document.connection()
    same("outcome", connection["outcome"], "open")
    same("accepted_ns", connection["accepted_ns"], None)
    same("arrivals", trace.document["listeners"][0]["arrivals"], 1)


def test_overflow_is_a_second_syn():
    """listen(0) holds one: the SYN of a second client is dropped, and comes again."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen(backlog=0)
    with Trace("-p", server.pid, "-p", client.pid) as trace:
        client(f"first = tcp_connect({port})")
        client(f"second = socket.socket(); second.setblocking(False); second.connect_ex(('127.0.0.1', {port}))")
        eventually("the SYN is dropped", lambda: kernel_counters()["TcpExt.ListenOverflows"] == 1)
        server("a, _ = listener.accept()")
        client("select.select([], [second], [])")
        server("b, _ = listener.accept(); a.close(); b.close(); listener.close()")
        client("first.close(); second.close()")
    same("SYNs of each", sorted(c["syns"] for c in trace.document["connections"]), [1, 2])
    second = trace.document.connection(syns=2)
    assert second["connect_ns"] > 900e6, f"connected after {second['connect_ns']} ns, before the SYN came again"


def test_client_that_never_answers():
    """It sends a SYN and no more: the listener repeats its SYN-ACK, and whom it answers is told."""
    peer, server = Peer(), Puppet("server")
    port = server.listen(host="0.0.0.0")
    with counted() as rise, Trace("-p", server.pid) as trace:
        peer.syn(2000, port)
        eventually("the SYN-ACK is repeated", lambda: kernel_counters()["TcpExt.TCPSynRetrans"] > 0)
    again = events(trace.document.listener(port=port), "synack_retransmit")
    same("repeated", len(again), rise["TcpExt.TCPSynRetrans"])
    for one in again:
        same("to", (one["args"]["address"], one["args"]["port"]), (peer.host, 2000))
    said = re.findall(r"SYN-ACK again +(.*)", trace.stdout)
    same("lines", said[:len(again)], [f"{peer.host}:2000 → :{port}"] * len(again))
    same("drawn", said[len(again):], [f"to {peer.host}:2000"] * len(again))


FAIL = """
def failing(call, *arguments):
    try: call(*arguments)
    except OSError as error: return error.errno
"""


def test_calls_that_fail():
    """Sends and receives that fail are told, those of the other end too; not those that find nothing to receive."""
    for mode in "runs", "events":
        for target in "client", "server":
            server, client = Puppet("server"), Puppet("client")
            port = server.listen()
            with Trace("-p", {"server": server, "client": client}[target].pid, f"--data={mode}") as trace:
                client(f"sock = tcp_connect({port})")
                fd = client("sock.fileno()")
                server("sock, peer = listener.accept()")
                client(FAIL)
                client("sock.setblocking(False); failing(sock.recv, 1)")
                server("close_by_reset(sock)")
                client("select.select([sock], [], [])")
                errors = client("[failing(call, argument) for call, argument in ((sock.recv, 1), (sock.send, b'x'), (sock.send, b'y'))]")
                client("sock.close()")
            trace.document.check_complete()
            connection = trace.document.connection(protocol="tcp")
            failed = [e for e in events(connection, side="client") if e["name"] in ("send", "recv") and e["errno"] != "EAGAIN"]
            calls = [e for e in failed for _ in range(e["count"])]
            same("as the client saw them", [errno.errorcode[e] for e in errors], [e["errno"] for e in calls])
            same("calls", [(e["name"], e["ret"], e["bytes"], e["fd"]) for e in calls], [(name, -1, 0, fd) for name in ("recv", "send", "send")])
            same("events", len(failed), 3 if (mode, target) == ("events", "client") else 2)
            same("EAGAIN", len([e for e in events(connection) if e["errno"] == "EAGAIN"]), int((mode, target) == ("events", "client")))


def test_end_of_stream():
    """The recv() that returns 0 is told of a target, with runs too; not of who is only the other end."""
    for target, wanted in ("client", [0]), ("server", []):
        server, client = Puppet("server"), Puppet("client")
        port = server.listen()
        with Trace("-p", {"server": server, "client": client}[target].pid) as trace:
            client(f"sock = tcp_connect({port})")
            server("sock, peer = listener.accept(); sock.send(b'all there is'); sock.close()")
            same("bytes", client("receive_all(sock)"), 12)
            client("sock.close()")
        trace.document.check_complete()
        received = events(trace.document.connection(protocol="tcp"), "recv", "client")
        same("what moved something", [e["bytes"] for e in received if e["bytes"]], [12])
        same("ends", [e["ret"] for e in received if not e["bytes"]], wanted)


def test_endless_failure():
    """A loop that fails at every turn, or reads the end again and again, is a run: a line a second, and no call is missing."""
    client, server = Puppet("client"), Puppet("server")
    port = server.listen()
    client(f"sock = tcp_connect({port})")
    server("listener.accept()[0].close()")
    client(FAIL)
    with Trace("-p", client.pid) as trace:
        turns = client("""
            end, turns = time.monotonic() + 2.5, 0
            while time.monotonic() < end:
                for _ in range(1000): sock.recv(10)
                turns += 1000
        """) or client("turns")
        client("for _ in range(500): failing(socket.socket().sendall, b'x')")
        client("sock.close()")
    trace.document.check_complete()
    ends = events(trace.document.connection(), "recv", "client")
    same("calls", sum(e["count"] for e in ends), turns)
    same("what they returned", {(e["errno"], e["bytes"]) for e in ends}, {(None, 0)})
    assert len(ends) <= 5, f"{len(ends)} events of 2.5 s"


def test_closed_twice():
    """A close() of no fd is told, but not each of a program's that goes through all that may be open."""
    client = Puppet("client")
    with Trace("-p", client.pid) as trace:
        client(FAIL)
        client("sock = socket.socket(); fd = sock.fileno(); sock.close()")
        client("for _ in range(2): failing(os.close, fd)")
        client("for number in range(500, 1500): failing(os.close, number)")
        client("failing(os.close, -1)")
    trace.document.check_complete()
    bad = re.findall(r"close\((-?\d+)\) EBADF", trace.stdout)
    same("fds", bad, [bad[0]] * 2 + [str(fd) for fd in range(500, 508)])


def test_resets_as_drawn():
    """A close() that resets sends no FIN; what is sent to a closed socket goes before the reset that answers it. Half-closed, all is exact."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen()
    with Trace("-p", server.pid, "-p", client.pid) as trace:
        client(f"sock = tcp_connect({port})")
        server("sock, _ = listener.accept()")
        client("close_by_reset(sock)")
        server("sock.close()")
    assert "RST" in trace.stdout and "FIN" not in trace.stdout, trace.stdout
    with Trace("-p", server.pid, "-p", client.pid) as trace:
        client(f"sock = tcp_connect({port})")
        server("sock, _ = listener.accept(); sock.close()")
        client("sock.send(b'anybody there?'); sock.close()")
    drawing = trace.stdout.split("tcp ")[-1]
    assert 0 < drawing.find("send(") < drawing.find("reset by the other side"), trace.stdout
    with Trace("-p", server.pid, "-p", client.pid) as trace:
        client(f"sock = tcp_connect({port}); sock.send(b'how are you?'); sock.shutdown(socket.SHUT_WR)")
        server("sock, _ = listener.accept(); receive_all(sock); sock.send(b'all'); sock.close()")
        client("receive_all(sock); sock.close()")
    same("exact", trace.document.connection()["exact"], True)


def test_queue_of_one():
    """listen(0): one client fits, and a limit of 0 is a limit."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen(backlog=0)
    with Trace("-p", server.pid, "-p", client.pid) as trace:
        client(f"sock = tcp_connect({port})")
        server("sock, _ = listener.accept(); sock.close()")
        client("receive_all(sock); sock.close()")
    said = {e["name"]: e["args"] for e in trace.document.connection()["events"] if e["side"] == "server"}
    same("arrived", said["established"], {"depth": 1, "limit": 0})
    same("accepted", {key: said["accept"][key] for key in ("depth", "limit")}, {"depth": 0, "limit": 0})
    assert "in the accept queue, 1 of 0" in trace.stdout, trace.stdout


def test_accept_waits():
    """An accept() that has not returned when the trace ends: said, drawn, and for how long; also where it had begun before."""
    server = Puppet("server")
    port = server.listen()
    waits = r"accept\(\d+\) waits"
    with Trace("-p", server.pid, "-o", "x.skt") as trace:
        server.start("sock, _ = listener.accept()")
        eventually("accept() blocks", lambda: in_syscall(server.pid, *SYSCALL_ACCEPT))
    said, drawn = re.findall(waits + r" +[\d.]+ ?(?:s|ms|µs).*", trace.stdout)
    assert f"127.0.0.1:{port}" in said and "127.0.0.1" not in drawn, trace.stdout
    assert drawn in socktrace("show", "x.skt").stdout
    with Trace("-p", server.pid) as trace:
        pass
    same("said and drawn", len(re.findall(waits, trace.stdout)), 2)
    same("calls in the document", [e["name"] for listener in trace.document["listeners"] for e in listener["events"]], [])


def test_no_accept_seen():
    """Nor of io_uring or a 32-bit program: who moves data has been accepted none the less, and its end is known."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen()
    with Trace("-p", server.pid, "-p", client.pid, "-e", "trace=connect,send,recv") as trace:
        client(f"sock = tcp_connect({port}); sock.send(b'how are you?')")
        server("sock, _ = listener.accept(); sock.recv(100); sock.send(b'all'); sock.close()")
        client("receive_all(sock); sock.close()")
    trace.document.check_complete()
    connection = trace.document.connection()
    same("outcome", (connection["outcome"], connection["accepted_ns"]), ("closed", None))
    same("server", [connection["server"][key] for key in ("pid", "port", "bytes_received", "bytes_sent")],
         [server.pid, port, 12, 3])
    same("exact", connection["exact"], True)

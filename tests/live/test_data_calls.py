# SPDX-License-Identifier: BSD-2-Clause
"""Single sends and receives: against what a program wrote down of its own calls, and against runs."""
import json
import os

from harness import PYTHON, Trace, event, events, eventually, in_syscall, read_document, same, socktrace
from puppet import Puppet

PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs", "data_calls.py")
SYSCALL_RECVFROM = {"x86_64": 45, "aarch64": 207}[os.uname().machine]
BY_CALLS = {**os.environ, "SOCKTRACE_FIRST_WAY": "sends and receives=3"}


def traced(*protocols, mode, env=None):
    """The document, and the program's own list of calls."""
    socktrace("-o", "calls.json", f"--data={mode}", "--", PYTHON, PROGRAM, "log.json", *protocols, env=env)
    with open("log.json", encoding="ascii") as file:
        return read_document("calls.json"), json.load(file)


def data_events(connection, side):
    return [e for e in events(connection, side=side) if e["name"] in ("send", "recv")]


def check_calls(connection, log):
    """Every call that moved something or belongs to one connection alone, in order."""
    for side in ("client", "server"):
        got = [(e["args"]["call"], e["fd"], e["ret"], e["errno"], e["bytes"], e["args"]["peek"])
               for e in data_events(connection, side)]
        wanted = [(x["call"], x["fd"], x["ret"], x["errno"], x["bytes"], x["peek"]) for x in log if x["end"] == side]
        same(f"number of calls of the {side}", len(got), len(wanted))
        same(f"calls of the {side}", got, wanted)
        for e in data_events(connection, side):
            same("count", e["count"], 1)
            assert e["duration_ns"] > 0, f"no duration: {e}"


def check_bytes(connection, log):
    for side, name in (("client", "bytes_sent"), ("server", "bytes_received")):
        sends = name == "bytes_sent"
        wanted = sum(x["bytes"] for x in log if x["end"] == side and ("send" in x["call"] or "write" in x["call"]) == sends)
        same(f"{name} of the {side}", connection[side][name], wanted)


def check_streams(env, exact):
    for protocol in ("tcp", "unix"):
        document, log = traced(protocol, mode="events", env=env)
        same("data_mode", document["capture"]["data_mode"], "events")
        connection = document.connection()
        check_calls(connection, log)
        check_bytes(connection, log)
        same(f"exact of {protocol}", connection["exact"], exact[protocol])
        document.check_complete()


def test_streams():
    check_streams(None, {"tcp": True, "unix": True})


def test_streams_by_calls_alone():
    """Nothing but the calls vouches for a UNIX socket's sums then."""
    check_streams(BY_CALLS, {"tcp": True, "unix": False})


def check_datagrams(env):
    document, log = traced("udp", mode="events", env=env)
    connection = document.connection()
    check_bytes(connection, log)
    moved = [x for x in log if x["bytes"]]
    for side in ("client", "server"):
        same(f"{side}'s calls that moved something", [e["bytes"] for e in data_events(connection, side) if e["bytes"]],
             [x["bytes"] for x in moved if x["end"] == side])
    told = [e for thing in (connection, *document["sockets"]) for e in events(thing) if e["name"] in ("send", "recv")]
    same("calls", len(told), len(log))
    document.check_complete()


def test_datagrams():
    check_datagrams(None)


def test_datagrams_by_calls_alone():
    check_datagrams(BY_CALLS)


def sums(document):
    return sorted((c["protocol"], side, c[side]["bytes_sent"], c[side]["bytes_received"])
                  for c in document["connections"] for side in ("client", "server"))


def test_all_ways_give_the_same_sums():
    """Of what has the same size in every run: no send until there is no more room."""
    protocols = ["udp"]
    runs, _ = traced(*protocols, mode="runs")
    single, _ = traced(*protocols, mode="events")
    fallback, log = traced(*protocols, mode="runs", env=BY_CALLS)
    same("mode of the fallback", fallback["capture"]["data_mode"], "runs")
    same("its way", fallback["capture"]["probes"]["sends and receives"], "tracepoints of the calls")
    same("runs and events", sums(runs), sums(single))
    same("runs and calls alone", sums(runs), sums(fallback))
    same("what was sent", sums(runs)[0][2], sum(x["bytes"] for x in log if x["end"] == "client"))


def test_streams_in_runs_have_the_same_sums():
    for env in (None, BY_CALLS):
        document, log = traced("tcp", mode="runs", env=env)
        check_bytes(document.connection(), log)
        same("exact", document.connection()["exact"], True)


def test_error_queue():
    """What comes back from the error queue was sent from here: received it was not, by any way of seeing it."""
    code = ("import select, socket\n"
            "sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
            "sock.setsockopt(socket.IPPROTO_IP, 11, 1)  # IP_RECVERR\n"
            "sock.connect(('127.0.0.1', 9)); sock.send(b'x' * 7)\n"
            "poll = select.poll(); poll.register(sock, 0); poll.poll()\n"
            "assert len(sock.recvmsg(100, 512, socket.MSG_ERRQUEUE)[0]) == 7")
    for mode, env in (("runs", None), ("events", None), ("runs", BY_CALLS)):
        socktrace("-o", "x.json", f"--data={mode}", "--", PYTHON, "-c", code, env=env)
        client = read_document("x.json").connection()["client"]
        same(f"sent and received, {mode}", (client["bytes_sent"], client["bytes_received"]), (7, 0))


def test_call_under_way():
    """recv() had begun before the trace: seen when it returns, without a duration."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen()
    client(f"sock = tcp_connect({port})")
    server("sock, _ = listener.accept()")
    server.start("sock.recv(100)")
    eventually("the server is in recv()", lambda: in_syscall(server.pid, SYSCALL_RECVFROM))
    fd = None
    with Trace("-p", server.pid, "--data=events") as trace:
        client("sock.send(b'hello')")
        server.wait()
        fd = server("sock.fileno()")
    seen = event(trace.document.connection(protocol="tcp"), "recv", "server")
    same("duration", seen["duration_ns"], None)
    same("fd, ret", (seen["fd"], seen["ret"]), (fd, 5))


def test_other_end_is_no_target():
    """Its calls are not looked at: its sends show as a run."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen()
    with Trace("-p", server.pid, "--data=events") as trace:
        client(f"sock = tcp_connect({port})")
        server("sock, _ = listener.accept()")
        client("[sock.send(b'12345') for _ in range(3)]; sock.close()")
        same("received", server("receive_all(sock)"), 15)
        server("sock.close()")
    connection = trace.document.connection(protocol="tcp")
    same("sent in runs", sum(e["count"] for e in events(connection, "send", "client")), 3)
    same("args of a run", [e["args"] for e in events(connection, "send", "client")][0], {})
    same("sent", connection["client"]["bytes_sent"], 15)
    same("received", connection["server"]["bytes_received"], 15)
    same("the last recv", data_events(connection, "server")[-1]["ret"], 0)
    same("exact", connection["exact"], True)


SPLICE = """
    import ctypes
    def splice(sock, data):
        down, up = os.pipe()
        os.write(up, data)
        return ctypes.CDLL(None).splice(down, None, sock.fileno(), None, len(data), 0)
"""


def spliced(env):
    server, client = Puppet("server"), Puppet("client")
    port = server.listen()
    server(SPLICE)
    with Trace("-p", server.pid, "-p", client.pid, "--data=events", env=env) as trace:
        client(f"sock = tcp_connect({port})")
        server("sock, _ = listener.accept()")
        same("spliced", server("splice(sock, b'x' * 1000)"), 1000)
        server("sock.close()")
        same("received", client("receive_all(sock)"), 1000)
        client("sock.close()")
    connection = trace.document.connection(protocol="tcp")
    same("calls that sent", events(connection, "send"), [])
    return connection


def test_bytes_without_a_call():
    """splice() into a socket is no send(): its bytes are in the sums none the less."""
    connection = spliced(None)
    same("sent", connection["server"]["bytes_sent"], 1000)
    same("exact", connection["exact"], True)


def test_bytes_that_no_call_shows():
    """Where nothing but the calls is seen, the kernel's sequence numbers tell that bytes are missing."""
    connection = spliced(BY_CALLS)
    same("sent", connection["server"]["bytes_sent"], 0)
    same("exact", connection["exact"], False)


def test_peers_of_unconnected_udp():
    """Each datagram goes to its own flow by the call's address, with nothing else to tell."""
    server = Puppet("server")
    env = {**os.environ, "SOCKTRACE_FIRST_WAY": "sends and receives=3;peers of unconnected UDP=2"}
    server("socks = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(3)]")
    server("for s in socks: s.bind(('127.0.0.1', 0))")
    with Trace("-p", server.pid, "--data=events", env=env) as trace:
        ports = server("[s.getsockname()[1] for s in socks]")
        server("for i, s in enumerate(socks[1:]): s.sendto(b'q' * (i + 1), socks[0].getsockname())")
        server("for _ in socks[1:]: socks[0].sendmsg([b'answer'], [], 0, socks[0].recvmsg(100)[3])")
    same("row", trace.document["capture"]["probes"]["peers of unconnected UDP"], "")
    same("flows", sorted((c["client"]["port"], c["server"]["port"], c["client"]["bytes_sent"], c["server"]["bytes_sent"])
                         for c in trace.document["connections"]),
         sorted((port, ports[0], i + 1, 6) for i, port in enumerate(ports[1:])))

# SPDX-License-Identifier: BSD-2-Clause
"""Real servers under load: what socktrace says against what they counted themselves."""
import os

from harness import LIVE, PYTHON, Program, Trace, counted, established, eventually, events, find_program, listening, run, same
from servers import Counting, Nginx


def served(document, port):
    return [c for c in document["connections"] if c["server"] and c["server"]["port"] == port]


def total(connections, side, key):
    return sum(c[side][key] for c in connections)


def check_pairs(connections):
    """Both ends of every connection are one, and agree on the bytes."""
    for c in connections:
        assert c["client"] and c["server"], f"#{c['id']} has one end only"
        assert c["pair"], f"#{c['id']} has no pair"
        ends = c["client"], c["server"]
        for one, other in (ends, ends[::-1]):
            same(f"#{c['id']}: address", (one["peer_address"], one["peer_port"]), (other["address"], other["port"]))
    same("pairs are unique", len({c["pair"] for c in connections}), len(connections))


def check_bytes_agree(connections):
    for c in connections:
        same(f"#{c['id']}: sent by the server, received by the client",
             c["client"]["bytes_received"], c["server"]["bytes_sent"])


def apache_bench(requests, url, *options):
    """So many requests, a connection each; ab may open a few more that it does not use."""
    run(find_program("ab"), "-q", "-n", requests, *options, url)


def test_nginx_connection_per_request():
    """10,000 requests, each on a connection of its own."""
    nginx = Nginx()
    with Trace("-p", nginx.pid, form="record") as trace, counted() as kernel:
        apache_bench(10_000, nginx.url("small"), "-c", 16)
        accepts = nginx.accepts()
        eventually("every connection is over", lambda: established(nginx.port) == 0)
    document, logged = trace.document, nginx.logged()
    document.check_complete()
    connections = served(document, nginx.port)
    same("server connections, by nginx's count", len(connections), accepts + 1)
    same("server connections, by the kernel's count", len(connections), kernel["Tcp.PassiveOpens"])
    same("connections with an answer, by nginx's log", sum(c["server"]["bytes_sent"] > 0 for c in connections),
         len({number for number, _ in logged}))
    same("bytes sent, by nginx's log", total(connections, "server", "bytes_sent"), sum(size for _, size in logged))
    same("outcomes", {c["outcome"] for c in connections}, {"closed"})
    same("exact", {c["exact"] for c in connections}, {True})
    check_pairs(connections)
    check_bytes_agree(connections)
    same("accepted, by the listener", document.listener(port=nginx.port)["accepted"], len(connections))


def test_nginx_under_wrk():
    """Keep-alive: few connections, tens of thousands of requests, cut off at the end."""
    nginx = Nginx()
    with Trace("-p", nginx.pid, form="record") as trace:
        run(find_program("wrk"), "-t", 1, "-c", 16, "-d", "2s", nginx.url("small"))
        accepts = nginx.accepts()
        eventually("every connection is over", lambda: established(nginx.port) == 0)
    logged = nginx.logged()
    trace.document.check_complete()
    connections = served(trace.document, nginx.port)
    same("server connections, by nginx's count", len(connections), accepts + 1)
    same("bytes sent, by nginx's log", total(connections, "server", "bytes_sent"), sum(size for _, size in logged))
    assert len(logged) > 1000, f"only {len(logged)} requests"
    check_pairs(connections)


def check_nginx_file(nginx, requests):
    with Trace("-p", nginx.pid, form="record") as trace:
        apache_bench(requests, nginx.url("big"), "-c", 4)
        eventually("every connection is over", lambda: established(nginx.port) == 0)
    logged = nginx.logged()
    trace.document.check_complete()
    connections = served(trace.document, nginx.port)
    same("connections with an answer", sum(c["server"]["bytes_sent"] > 0 for c in connections), requests)
    same("bytes sent, by nginx's log", total(connections, "server", "bytes_sent"), sum(size for _, size in logged))
    same("exact", {c["exact"] for c in connections}, {True})
    check_bytes_agree(connections)


def test_nginx_sendfile():
    """The file goes from the page cache to the socket: sendfile()."""
    check_nginx_file(Nginx(sendfile=True, files=[("big", 5_000_000)]), 40)


def test_nginx_writev():
    """Without sendfile nginx gathers header and file in writev()."""
    check_nginx_file(Nginx(sendfile=False, files=[("big", 5_000_000)]), 40)


def redis_counts(port):
    """Connections and bytes that Redis has received, those of this question included."""
    text = run(find_program("redis-cli"), "-p", port, "info").stdout
    counts = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    return int(counts["total_connections_received"]), int(counts["total_net_input_bytes"])


def test_redis_keep_alive():
    """redis-benchmark: 50 connections, 20,000 requests; Redis counts connections and bytes."""
    port = 6390
    redis = Program(find_program("redis-server"), "--port", port, "--save", "", "--bind", "127.0.0.1", "--dir", os.getcwd())
    eventually("redis listens", lambda: listening(port))
    before = redis_counts(port)
    with Trace("-p", redis.pid, form="record") as trace:
        run(find_program("redis-benchmark"), "-p", port, "-c", 50, "-n", 20_000, "-t", "set", "-q")
        after = redis_counts(port)
        eventually("every connection is over", lambda: established(port) == 0)
    trace.document.check_complete()
    connections = served(trace.document, port)
    same("connections, by Redis's count", len(connections), after[0] - before[0])
    same("bytes received, by Redis's count", total(connections, "server", "bytes_received"), after[1] - before[1])
    check_pairs(connections)
    check_bytes_agree(connections)


def check_counting(name, load):
    server = Counting(name)
    with Trace("-p", server.pid, form="record") as trace:
        load(server.port)
        eventually("every connection is over", lambda: established(server.port) == 0)
    counts = server.counts()
    trace.document.check_complete()
    connections = served(trace.document, server.port)
    same("connections, by the server's count", len(connections), counts["connections"])
    assert f" {counts['connections']:,} TCP connections, " in trace.stderr, trace.stderr
    same("bytes sent, by the server's count", total(connections, "server", "bytes_sent"), counts["sent"])
    same("bytes received, by the server's count", total(connections, "server", "bytes_received"), counts["received"])
    same("outcomes", {c["outcome"] for c in connections}, {"closed"})
    check_pairs(connections)
    check_bytes_agree(connections)
    return connections


def many_clients(clients, size):
    return lambda port: run(PYTHON, os.path.join(LIVE, "programs", "many_clients.py"), port, clients, size)


def test_asyncio_1000_clients():
    """An event loop that holds 1,000 connections at once."""
    connections = check_counting("asyncio_server.py", many_clients(1000, 3000))
    same("connections", len(connections), 1000)
    first_end = min(c["end_ns"] for c in connections)
    last_start = max(c["start_ns"] for c in connections)
    assert last_start < first_end, "the connections were not open all at once"


def test_threaded_200_clients():
    """A thread per connection: every one of them is followed."""
    connections = check_counting("threaded_server.py", many_clients(200, 3000))
    threads = {e["tid"] for c in connections for e in events(c, "send", "server")}
    assert len(threads) > 100, f"the data came from {len(threads)} threads only"


def test_node_http():
    check_counting("node_server.js", lambda port: apache_bench(500, f"http://127.0.0.1:{port}/", "-c", 10))

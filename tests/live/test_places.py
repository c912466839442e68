# SPDX-License-Identifier: BSD-2-Clause
"""The table of followed sockets: there is room for a socket while it is not full, and none is taken for long."""
import glob
import json
import subprocess
import os

from harness import Trace, eventually, find_program, run, same
from puppet import Puppet
from servers import Counting

HELD = 1000
PLACES = 65536 # at least
STRIDE = 500


def test_identities_come_round():
    """Sockets with cookies in a row stand in a row. When cookies have gone once round the table, new ones have
    their home where many still are."""
    server, client = Puppet("server"), Puppet("client")
    for puppet in server, client:
        puppet("import resource; most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]")
        puppet("resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))")
        puppet("os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})") # each CPU has cookies of its own
        puppet("held = []")
    port = server.listen(backlog=128)
    client(f"""
        def visit():
            for _ in range(4):
                held.append(tcp_connect({port}))
        def use_up(cookies):
            for _ in range(cookies):
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
        """)
    server("""
        def receive():
            for _ in range(4):
                held.append(listener.accept()[0])
        """)
    visits = HELD // 4
    with Trace("-p", server.pid, form="record") as trace:
        for _ in range(HELD // 4):
            client("visit()")
            server("receive()")
        for _ in range((PLACES + 4096) // STRIDE):
            client(f"use_up({STRIDE})")
            client("visit()")
            server("receive()")
            visits += 1
        server("for connection in held: connection.close()")
        client("for connection in held: connection.close()")
        eventually("every connection is over", lambda: not client("[s for s in held if s.fileno() != -1]"))
    trace.document.check_complete()
    same("connections", len(trace.document["connections"]), 4 * visits)
    same("without both ends", [c["id"] for c in trace.document["connections"] if not (c["client"] and c["server"])], [])


def bpftool(*arguments):
    return json.loads(subprocess.check_output([find_program("bpftool"), "-j", *arguments]))


def places_taken(pid):
    """The identities that stand in the table of this socktrace."""
    numbers = {line.split()[1] for path in glob.glob(f"/proc/{pid}/fdinfo/*") for line in open(path)
               if line.startswith("map_id:")}
    table, = (number for number in numbers if bpftool("map", "show", "id", number)["name"] == "socket_places")
    places = [entry["formatted"]["value"] for entry in bpftool("map", "dump", "id", table)]
    return [place["id"] for place in places if place["claims"]]


def test_nothing_stays():
    """A reset may end a connection while the other end is being closed: of whoever comes second one must see it."""
    server = Counting("node_server.js")
    with Trace("-p", server.pid, form="record") as trace:
        run(find_program("ab"), "-q", "-n", 20_000, "-c", 10, f"http://127.0.0.1:{server.port}/")
        eventually("only the listener is followed", lambda: len(places_taken(trace.pid)) == 1)
    trace.document.check_complete()

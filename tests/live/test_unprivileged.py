# SPDX-License-Identifier: BSD-2-Clause
"""diagnose without privileges: what sock_diag, /proc and the kernel's counters tell, no more, and that it says so."""
import os
import re
import socket

from harness import SOCKTRACE, Program, counted, eventually, find_program, messages, one_message, read_stream, run, same
from puppet import Puppet

POWERLESS = ["--reuid", "65534", "--regid", "65534", "--clear-groups", "--bounding-set", "-all", "--inh-caps", "-all"]


def nobody(*arguments):
    if not os.path.exists("socktrace"):
        run("cp", SOCKTRACE, "socktrace")
        os.chmod("socktrace", 0o755)
    return [find_program("setpriv"), *POWERLESS, os.path.abspath("socktrace"), *arguments]


def nobodys_puppet(name):
    puppet = Puppet(name)
    puppet("import ctypes")
    puppet("os.setgroups([]); os.setgid(65534); os.setuid(65534)")
    puppet("ctypes.CDLL(None).prctl(4, 1)")  # may be looked at by its user, although it was root's
    return puppet


def knock(port, times):
    """So many clients that do not wait; gives them."""
    clients = [socket.socket() for _ in range(times)]
    for client in clients:
        client.setblocking(False)
        client.connect_ex(("127.0.0.1", port))
    return clients


def depth(port):
    return int(run(find_program("ss"), "-Hltn", f"sport = {port}").stdout.split()[1])


def test_drops_are_counted():
    """As many as the kernel counted in that time; no verdict, and status 4 where one is asked for."""
    server = nobodys_puppet("server")
    port = server.listen(backlog=2)
    clients = knock(port, 3)
    eventually("the queue is full", lambda: depth(port) == 3)
    program = Program(*nobody("diagnose", "-p", server.pid, "--exit-code"))
    program.await_message("attached")
    with counted() as rise:
        clients += knock(port, 20)
        eventually("drops", lambda: "d0)" not in run(find_program("ss"), "-Hltnm", f"sport = {port}").stdout)
        same("status", program.stop(), 4)
    drops = int(re.search(r"([\d,]+) segments dropped", program.stdout)[1].replace(",", ""))
    assert 20 <= drops <= rise["TcpExt.ListenOverflows"], (drops, rise["TcpExt.ListenOverflows"], program.stdout)
    assert re.search(r"seen full for .*, 3 of 2 at most", " ".join(program.stdout.split())), program.stdout
    assert f"ListenOverflows +{drops}" in program.stdout, program.stdout
    assert "No verdict" in program.stdout and "acceptor" not in program.stdout, program.stdout
    assert any("no privilege" in line and "CAP_BPF" in line for line in messages(program)), messages(program)


def test_quiet():
    """Nothing is wrong as far as can be seen, which is said with its limits."""
    server = nobodys_puppet("server")
    server.listen(backlog=5)
    program = run(*nobody("diagnose", "-p", server.pid, "--duration", "0.3"))
    words = " ".join(program.stdout.split())
    assert re.search(r"no drops in \d+ ms The accept queue was seen to hold at most 0 of 5; shorter peaks may have been missed",
                     words), program.stdout
    same("claims of health", re.findall("healthy|nobody was turned away|complete", words), [])


def test_stream():
    """In the format, what could not be seen is null."""
    server = nobodys_puppet("server")
    port = server.listen(backlog=2)
    path = os.path.abspath("u.sock")
    os.chmod(".", 0o777)
    server(f"u = socket.socket(socket.AF_UNIX); u.bind({path!r}); u.listen(3)")
    clients = knock(port, 2)
    with open("x.ndjson", "w", encoding="utf-8") as file:
        run(*nobody("diagnose", "-p", server.pid, "--duration", "0.3", "--json"), stdout=file)
    document = read_stream("x.ndjson")
    document.check_complete()
    listener = document.listener(port=port)
    same("not seen", [listener[key] for key in ("arrivals", "accepted", "cookies_sent", "unix")], [None] * 4)
    same("drops", set(listener["drops"].values()), {None})
    same("depth", (listener["queue"]["depth_max"], listener["backlog"]["effective"], listener["sk_drops"]), (2, 2, 0))
    same("UNIX", document.listener(path=path)["unix"], None)
    with open("x.ndjson", encoding="utf-8") as file:
        same("findings", [line for line in file if '"type":"finding"' in line], [])
    for client in clients:
        client.close()


def closed(port):
    """A line of the stream says when that listener was closed."""
    with open("x.ndjson", encoding="utf-8") as file:
        return any(f'"port":{port},' in line and '"closed_ns":null' not in line for line in file)


def test_come_and_go():
    """A listener that is opened later shows with its owner; one that is closed has an end."""
    server = nobodys_puppet("server")
    early = server.listen(name="early", backlog=5)
    with open("x.ndjson", "w", encoding="utf-8") as file:
        program = Program(*nobody("diagnose", "-p", server.pid, "--json"), stdout=file)
        program.await_message("attached")
        late = server.listen(name="late", backlog=7)
        eventually("it shows", lambda: f'"port":{late},' in open("x.ndjson", encoding="utf-8").read())
        server("early.close()")
        eventually("its end shows", lambda: closed(early))
        same("status", program.stop(), 0)
    document = read_stream("x.ndjson")
    listener = document.listener(port=late)
    process, = [p for p in document["processes"] if p["id"] == listener["owners"][0]["process"]]
    same("owner", (process["pid"], listener["closed_ns"]), (server.pid, None))
    assert document.listener(port=early)["closed_ns"] is not None, "the end of the early one"


def test_not_ours():
    """Another user's process, and what cannot be done without BPF at all: said in one line."""
    others = Puppet("others")
    others.listen()
    one_message(run(*nobody("diagnose", "-p", others.pid, "--duration", "1"), status=1), str(others.pid), "root|CAP_SYS_PTRACE")
    one_message(run(*nobody("diagnose", "--", "/bin/true"), status=1), "CAP_BPF")


def test_target_ends():
    server = nobodys_puppet("server")
    server.listen()
    program = Program(*nobody("diagnose", "-p", server.pid))
    program.await_message("attached")
    server.end()
    same("status", program.finish(), 0)

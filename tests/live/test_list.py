# SPDX-License-Identifier: BSD-2-Clause
"""list: the listeners as ss has them, with owners, drops and notes; for root, for nobody, and for ten thousand."""
import os
import re
import resource
import socket

from harness import SOCKTRACE, Skip, eventually, find_program, messages, one_message, read_stream, run, same, socktrace
from puppet import Puppet

FIELDS = ["proto", "queue", "limit", "drops", "syn_queue", "local", "fd", "process"]
ROW = re.compile(r"(?P<proto>\w+) +(?P<queue>[\d,]+)(?P<full>!?) +(?P<limit>\d+) +(?P<drops>[\d,]+|–) +(?P<syn_queue>[\d,]+|–)"
                 r" (?P<local>\S+) +(?P<fd>\d+)? +(?P<process>\S+\[\d+\](?: \+\d+)?|\?|–)(?: +(?P<netns>\d{6,}))? *(?P<note>.*)")


def rows(*arguments, program=None):
    lines = (program or socktrace("list", *arguments)).stdout.splitlines()
    assert re.match("PROTO QUEUE LIMIT +DROPS SYNQ LOCAL", lines[0]), lines[0]
    matches = [ROW.fullmatch(line) for line in lines[1:]]
    assert all(matches), [line for line, match in zip(lines[1:], matches) if not match]
    return [match.groupdict() for match in matches]


def row(where, found):
    here = [r for r in found if r["local"] == str(where)]
    same(f"rows of {where}", len(here), 1)
    return here[0]


def stream(*arguments):
    with open("list.ndjson", "w", encoding="utf-8") as file:
        socktrace("list", "--json", *arguments, stdout=file)
    document = read_stream("list.ndjson")
    document.check_complete()
    return document


def test_as_ss():
    """Addresses, limits and depths of every TCP listener are those of ss, and each has its owner."""
    server = Puppet("server")
    ports = [server.listen(name=f"l{n}", host=host, backlog=n + 3)
             for n, host in enumerate(("127.0.0.1", "0.0.0.0", "127.0.0.2"))]
    server("six = socket.socket(socket.AF_INET6); six.bind(('::1', 0)); six.listen(9)")
    server("mptcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262); mptcp.bind(('127.0.0.9', 0)); mptcp.listen(11)")
    clients = [socket.create_connection(("127.0.0.1", ports[0])) for _ in range(3)]
    told = [line.split() for line in run(find_program("ss"), "-Hltn").stdout.splitlines()]
    listed = [r for r in rows("-a") if "other netns" not in r["note"]]
    same("listeners", sorted((r["local"], int(r["queue"]), int(r["limit"])) for r in listed if r["proto"] == "tcp"),
         sorted((t[3], int(t[1]), int(t[2])) for t in told))
    same("clients that wait", row(f"127.0.0.1:{ports[0]}", listed)["queue"], str(len(clients)))
    for name in ("l0", "l1", "l2", "six", "mptcp"):
        host, port, fd = server(f"[*{name}.getsockname()[:2], {name}.fileno()]")
        mine = row(f"[{host}]:{port}" if ":" in host else f"{host}:{port}", listed)
        same("owner", (mine["process"], mine["fd"]), (f"server[{server.pid}]", str(fd)))
    ports_listed = [int(r["local"].rsplit(":")[-1]) for r in listed if r["proto"] == "tcp"]
    same("order", ports_listed, sorted(ports_listed))


def test_json():
    """The same as a stream of the format, valid by the schema."""
    server = Puppet("server")
    port = server.listen(backlog=5)
    client = socket.create_connection(("127.0.0.1", port))
    document = stream("-p", server.pid)
    listener = document.listener(port=port)
    same("backlog", listener["backlog"], {"requested": None, "effective": 5,
                                          "somaxconn": int(open("/proc/sys/net/core/somaxconn", encoding="ascii").read())})
    same("depth", listener["queue"]["depth_max"], 1)
    same("known from", listener["known_from"], "snapshot")
    same("drops one by one", listener["drops"], {"syn": None, "ack": None, "syn_queue": None, "other": None})
    same("sk_drops", listener["sk_drops"], 0)
    process, = [p for p in document["processes"] if p["id"] == listener["owners"][0]["process"]]
    same("owner", (process["pid"], listener["owners"][0]["fd"]), (server.pid, server("listener.fileno()")))
    client.close()


def test_full_and_dropping():
    """A full queue is marked; the drops are the kernel's own count of that socket."""
    server = Puppet("server")
    port = server.listen(backlog=2)
    clients = []
    for _ in range(6):
        clients.append(socket.socket())
        clients[-1].setblocking(False)
        clients[-1].connect_ex(("127.0.0.1", port))

    def told():
        text = run(find_program("ss"), "-Hltnm", f"sport = {port}").stdout
        return int(re.search(r"\bd(\d+)\)", text)[1])

    eventually("drops", told)
    before = told()
    mine = row(f"127.0.0.1:{port}", rows("-p", server.pid))
    same("depth and limit", (mine["queue"], mine["full"], mine["limit"]), ("3", "!", "2"))
    assert before <= int(mine["drops"]) <= told(), (before, mine["drops"], told())


def test_unix():
    """UNIX listeners with their paths, abstract names escaped; their queue, and no drops."""
    server = Puppet("server")
    path = os.path.abspath("x.sock")
    server(f"u = socket.socket(socket.AF_UNIX); u.bind({path!r}); u.listen(3)")
    server("a = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); a.bind('\\0de\\x1bep'); a.listen(4)")
    client = socket.socket(socket.AF_UNIX)
    client.connect(path)
    listed = rows("-p", server.pid)
    same("rows", len(listed), 2)
    mine = row(path, listed)
    same("row", [mine[f] for f in FIELDS],
         ["unix", "1", "3", "–", "–", path, str(server("u.fileno()")), f"server[{server.pid}]"])
    same("limit of the abstract one", row("@de\\x1bep", listed)["limit"], "4")


def test_notes():
    """at somaxconn, reuseport, deferred; and what waits in the SYN queue."""
    with open("/proc/sys/net/core/somaxconn", "w", encoding="ascii") as file:
        file.write("64")
    server = Puppet("server")
    clamped = server.listen(backlog=500)
    server("""
        def member(port):
            sock = socket.socket()
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            sock.bind(("127.0.0.1", port))
            sock.listen(7)
            return sock
        group = [member(0)]
    """)
    shared = server("port_of(group[0])")
    server(f"group.append(member({shared}))")
    deferred = server.listen(name="late", backlog=5)
    server("late.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 20)")
    seconds = server("late.getsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT)")
    silent = socket.create_connection(("127.0.0.1", deferred))
    listed = rows("-p", server.pid)
    same("note", row(f"127.0.0.1:{clamped}", listed)["note"], "at somaxconn")
    same("notes of the group", [r["note"] for r in listed if r["local"] == f"127.0.0.1:{shared}"], ["reuseport ×2"] * 2)
    mine = row(f"127.0.0.1:{deferred}", listed)
    same("deferred", (mine["note"], mine["syn_queue"], mine["queue"]), (f"deferred {seconds} s", "1", "0"))
    document = stream("-p", server.pid)
    groups = {x["reuseport_group"] for x in document["listeners"] if x["port"] == shared}
    assert len(groups) == 1 and None not in groups, groups
    same("defer_accept", document.listener(port=deferred)["defer_accept"], seconds)
    silent.close()


def test_other_namespace():
    """Root sees the listeners of every namespace that a process is in, with that namespace's somaxconn."""
    here, there = Puppet("here"), Puppet("there")
    port = here.listen(backlog=5)
    there("import ctypes; assert ctypes.CDLL(None).unshare(0x40000000) == 0")
    there("open('/proc/sys/net/core/somaxconn', 'w').write('33')")
    other = there.listen(name="listener", host="0.0.0.0", backlog=500)
    netns = os.stat(f"/proc/{there.pid}/ns/net").st_ino
    listed = rows("-p", here.pid, "-p", there.pid)
    same("note here", row(f"127.0.0.1:{port}", listed)["note"], "")
    mine = row(f"0.0.0.0:{other}", listed)
    same("there", (mine["limit"], mine["netns"], mine["note"]), ("33", str(netns), "at somaxconn, other netns"))


def test_targets():
    """-p with its descendants, one alone, a port, a family."""
    parent = Puppet("parent")
    four = parent.listen(backlog=5)
    parent("six = socket.socket(socket.AF_INET6); six.bind(('::1', 0)); six.listen(9)")
    six = parent("port_of(six)")
    other = Puppet("other")
    elsewhere = other.listen(backlog=5)
    child = parent(f"""os.fork() or os.execv({'/usr/bin/python3'!r}, ['python3', '-c',
        'import socket, time; s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(6); print(); time.sleep(100)'])""")
    eventually("the child listens", lambda: any(r["limit"] == "6" for r in rows("-p", child)))
    ports = lambda *arguments: sorted(int(r["local"].rsplit(":")[-1]) for r in rows(*arguments) if r["proto"] == "tcp")
    below, = ports("-p", child)
    same("with descendants", ports("-p", parent.pid), sorted([four, six, below]))
    same("alone", ports("-p", parent.pid, "--no-follow"), sorted([four, six]))
    same("IPv4", ports("-p", parent.pid, "--no-follow", "-4"), [four])
    same("IPv6", ports("-p", parent.pid, "-6"), [six])
    same("port", ports("-a", "-L", elsewhere), [elsewhere])
    same("without a target", ports()[:0] + [p for p in ports() if p == elsewhere], [elsewhere])


def test_shared_listener():
    """Owners are counted: who has it first, and how many more."""
    server = Puppet("server")
    port = server.listen(backlog=5)
    for _ in range(3):
        server("os.fork() or time.sleep(100)")
    eventually("owners", lambda: row(f"127.0.0.1:{port}", rows())["process"] == f"server[{server.pid}] +3")


def test_nobody():
    """Without privileges: own listeners with owners, others' without, and it is said."""
    own, others = Puppet("own"), Puppet("others")
    port = others.listen(backlog=5)
    own("os.setgroups([]); os.setgid(65534); os.setuid(65534)")
    own("import ctypes; ctypes.CDLL(None).prctl(4, 1)")  # may be looked at by its user
    mine = own.listen(backlog=7)
    run("cp", SOCKTRACE, "socktrace")
    os.chmod("socktrace", 0o755)
    nobody = [find_program("setpriv"), "--reuid", "65534", "--regid", "65534", "--clear-groups", "--bounding-set", "-all",
              "--inh-caps", "-all", os.path.abspath("socktrace"), "list"]
    program = run(*nobody)
    one_message(program, "hidden", "root")
    listed = rows(program=program)
    same("own", row(f"127.0.0.1:{mine}", listed)["process"], f"own[{own.pid}]")
    hidden = row(f"127.0.0.1:{port}", listed)
    same("others'", (hidden["process"], hidden["fd"], hidden["limit"]), ("?", None, "5"))
    one_message(run(*nobody, "-p", others.pid, status=1), str(others.pid), "root")
    same("own process", len(rows(program=run(*nobody, "-p", own.pid))), 1)


def test_errors():
    puppet = Puppet()
    puppet.end()
    one_message(socktrace("list", "-p", puppet.pid, status=1), str(puppet.pid), "gone")
    one_message(socktrace("list", "--", "true", status=2), "starts no command")
    one_message(socktrace("list", "everything", status=2), "everything")
    idle = Puppet("idle")
    program = socktrace("list", "-p", idle.pid)
    same("rows of a process without listeners", len(program.stdout.splitlines()), 1)
    same("messages", messages(program), [])


def seconds_of(*arguments):
    """What one list takes of a CPU, whatever else the machine does, and what it says."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    program = socktrace("list", *arguments)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, program


def test_ten_thousand():
    """10,000 listeners, then as many connections: each in under a second."""
    server = Puppet("server")
    server("import resource; most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]")
    server("resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))")
    if server("most") < 10100:
        raise Skip("no process may have 10,000 sockets here")
    server("kept = [tcp_listen(f'127.0.{n // 200}.{n % 200 + 1}') for n in range(10000)]")
    took, program = seconds_of("-a")
    assert took < 1, f"{took} s"
    same("rows", len([r for r in rows(program=program) if r["process"] == f"server[{server.pid}]"]), 10000)
    server("for sock in kept: sock.close()")
    port = server.listen(backlog=4096)
    server("kept = []")
    server(f"for _ in range(5000): kept += [tcp_connect({port}), listener.accept()[0]]")
    took, program = seconds_of("-p", server.pid)
    assert took < 1, f"{took} s among connections"
    same("rows among connections", len(rows(program=program)), 1)

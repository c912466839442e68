# SPDX-License-Identifier: BSD-2-Clause
"""set-backlog: what is in force afterwards is what the kernel holds clients to, and what is refused changes nothing."""
import errno
import os
import pty
import re
import select
import signal
import socket
import subprocess

from harness import PATIENCE, SOCKTRACE, find_program, messages, one_message, run, same, socktrace
from puppet import Puppet

SOMAXCONN = "/proc/sys/net/core/somaxconn"


def limits(port, *where):
    """The kernel's own limits of the TCP listeners of a port, by address."""
    rows = run(*where, find_program("ss"), "-Hltn", f"sport = {port}").stdout.splitlines()
    return sorted((row.split()[3].rsplit(":", 1)[0], int(row.split()[2])) for row in rows)


def set_backlog(backlog, puppet, where, *options, status=0):
    return socktrace("set-backlog", backlog, "-p", puppet.pid, "-L", where, *options, status=status)


def refused(backlog, puppet, where, *words, options=("--yes",)):
    program = set_backlog(backlog, puppet, where, *options, status=1)
    same("stdout", program.stdout, "")
    one_message(program, *words)


def fills_at(port):
    """How many clients a listener that accepts nobody takes before one gets no answer."""
    clients = []
    while True:
        client = socket.socket()
        clients.append(client)
        client.setblocking(False)
        same("connect", client.connect_ex(("127.0.0.1", port)), errno.EINPROGRESS)
        _, ready, _ = select.select([], [client], [], 0.3)
        if not ready:
            for one in clients:
                one.close()
            return len(clients) - 1


def test_raises_and_undoes():
    """The queue holds that many more clients afterwards; the printed command takes it back."""
    server = Puppet("server")
    port = server.listen(backlog=2)
    same("clients that fit before", fills_at(port), 3)
    server("for _ in range(3): listener.accept()[0].close()")
    program = set_backlog(7, server, port, "--yes")
    first, lasts, undo = program.stdout.splitlines()
    same("line", first, f"tcp 127.0.0.1:{port}  server[{server.pid}] fd {server('listener.fileno()')}   backlog 2 → 7")
    assert "until the server calls listen() again or restarts" in lasts, lasts
    same("messages", messages(program), [])
    same("clients that fit", fills_at(port), 8)
    words = re.fullmatch("undo: socktrace (.*)", undo)[1].split()
    assert "backlog 7 → 2" in socktrace(*words, "--yes").stdout
    same("limit after the undo", limits(port), [("127.0.0.1", 2)])


def test_already_there():
    server = Puppet("server")
    port = server.listen(backlog=9)
    program = set_backlog(9, server, port)  # does not ask, for nothing will change
    assert re.search(r"backlog 9 as before$", program.stdout.strip()), program.stdout


def test_cut_off_by_somaxconn():
    """In force is what somaxconn of that network namespace leaves of it, and the status says so."""
    with open(SOMAXCONN, "w", encoding="ascii") as file:
        file.write("64")
    server = Puppet("server")
    port = server.listen(backlog=5)
    program = set_backlog(300, server, port, "--yes", status=1)
    assert "backlog 5 → 64 (asked for 300, somaxconn 64)" in program.stdout, program.stdout
    one_message(program, "somaxconn", "64", f"nsenter -t {server.pid} -n sysctl -w net.core.somaxconn=300")
    same("limit", limits(port), [("127.0.0.1", 64)])


def test_other_namespace():
    """somaxconn is that of the namespace the socket was made in, not ours."""
    outside = run("ip", "netns", "add", "elsewhere")
    same("messages of ip", outside.stderr, "")
    inside = [find_program("ip"), "netns", "exec", "elsewhere"]
    try:
        run(*inside, "sh", "-c", f"echo 33 >{SOMAXCONN}; ip link set lo up")
        server = Puppet("server")
        server("import os")
        server("ns = os.open('/run/netns/elsewhere', os.O_RDONLY)")
        server("import ctypes; assert ctypes.CDLL(None).setns(ns, 0) == 0")
        port = server.listen(backlog=5)
        assert "→ 33 (asked for 300, somaxconn 33)" in set_backlog(300, server, port, "--yes", status=1).stdout
        same("limit", limits(port, *inside), [("127.0.0.1", 33)])
    finally:
        run("ip", "netns", "delete", "elsewhere")


def test_reuseport_members():
    """All members of a group, in a process and in its descendants; one undo for those that were alike."""
    server = Puppet("server")
    server("""
        def member(port, backlog):
            sock = socket.socket()
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            sock.bind(("127.0.0.1", port))
            sock.listen(backlog)
            return sock
    """)
    server("members = [member(0, 4)]")
    port = server("port_of(members[0])")
    server(f"members.append(member({port}, 4))")
    server(f"""
        child = os.fork()
        if not child:
            kept = member({port}, 4)
            time.sleep({PATIENCE * 4})
    """)
    same("limits before", limits(port), [("127.0.0.1", 4)] * 3)
    program = set_backlog(50, server, port, "--yes")
    same("listeners set", program.stdout.count("backlog 4 → 50"), 3)
    same("undo lines", program.stdout.count("undo: "), 1)
    same("limits", limits(port), [("127.0.0.1", 50)] * 3)
    set_backlog(60, server, port, "--yes", "--no-follow")
    same("without the child's", limits(port), [("127.0.0.1", 50)] + [("127.0.0.1", 60)] * 2)
    program = set_backlog(70, server, port, "--yes")
    same("undo lines of those that differed", re.findall("^undo: ", program.stdout, re.MULTILINE), [])
    same("said what they had", re.findall(r"fd \d+ of \d+ had (\d+)", program.stdout), ["60", "60", "50"])


def test_both_families():
    """A port names both listeners, an address one of them."""
    server = Puppet("server")
    port = server.listen(host="0.0.0.0", backlog=4)
    server("six = socket.socket(socket.AF_INET6)")
    server("six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)")
    server(f"six.bind(('::1', {port}))")
    server("six.listen(5)")
    set_backlog(20, server, f"[::1]:{port}", "--yes")
    same("limits", limits(port), [("0.0.0.0", 4), ("[::1]", 20)])
    program = set_backlog(30, server, port, "--yes")
    same("limits of both", limits(port), [("0.0.0.0", 30), ("[::1]", 30)])
    same("undo lines", sorted(line.split("undo: ")[1] for line in program.stdout.splitlines() if "undo" in line),
         sorted([f"socktrace set-backlog 4 -p {server.pid} -L 0.0.0.0:{port}",
                 f"socktrace set-backlog 20 -p {server.pid} -L [::1]:{port}"]))


def test_unix_refused():
    """Its clients go on seeing the server's credentials."""
    server = Puppet("server")
    server("unix = socket.socket(socket.AF_UNIX)")
    server("unix.bind('x.sock')")
    server("unix.listen(3)")
    path = os.path.abspath("x.sock")
    server(f"named = socket.socket(socket.AF_UNIX); named.bind({path + '2'!r}); named.listen(3)")
    server("abstract = socket.socket(socket.AF_UNIX); abstract.bind('\\0deep'); abstract.listen(3)")
    refused(10, server, path + "2", "UNIX", "SO_PEERCRED")
    refused(10, server, "@deep", "UNIX", "SO_PEERCRED")
    with socket.socket(socket.AF_UNIX) as client:
        client.connect("\0deep")
        pid = int.from_bytes(client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)[:4], "little")
    same("whom a client sees", pid, server.pid)


def test_nothing_to_set():
    """Not listening, another port, no listener at all: said, with what there is."""
    server, idle = Puppet("server"), Puppet("idle")
    port = server.listen(backlog=5)
    server("bound = socket.socket(); bound.bind(('127.0.0.1', 0))")
    bound = server("port_of(bound)")
    refused(10, server, bound, "does not listen", str(bound))
    same("the socket that was bound", server("bound.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)"), 0)
    refused(10, server, 9, rf"only on 127.0.0.1:{port} by server\[{server.pid}\]")
    refused(10, server, f"0.0.0.0:{port}", rf"only on 127.0.0.1:{port}")
    refused(10, idle, port, "no listening socket")
    same("limit", limits(port), [("127.0.0.1", 5)])


def test_closed_by_shutdown():
    """A listener that was shut down stays so: listen() would open it again."""
    server = Puppet("server")
    port = server.listen(backlog=5)
    server("listener.shutdown(socket.SHUT_RDWR)")
    refused(10, server, port, "does not listen")
    same("listeners", limits(port), [])


def test_process_gone():
    puppet = Puppet()
    puppet.end()
    refused(10, puppet, 80, str(puppet.pid), "gone")


def test_not_permitted():
    server = Puppet("server")
    port = server.listen(backlog=5)
    program = run(find_program("setpriv"), "--reuid", "65534", "--regid", "65534", "--clear-groups", "--bounding-set", "-all",
                  "--inh-caps", "-all", *nobodys_socktrace(), "set-backlog", "10", "-p", server.pid, "-L", port, "--yes", status=1)
    one_message(program, "not permitted", "root", "CAP_SYS_PTRACE")
    same("limit", limits(port), [("127.0.0.1", 5)])


def nobodys_socktrace():
    """socktrace where nobody can reach it."""
    run("cp", SOCKTRACE, "socktrace")
    os.chmod("socktrace", 0o755)
    return [os.path.abspath("socktrace")]


def test_asks_on_a_terminal():
    """Shows what it would do, and does it after a yes, not after anything else."""
    server = Puppet("server")
    port = server.listen(backlog=5)
    for answer, status, limit in (("\n", 1, 5), ("n\n", 1, 5), ("y\n", 0, 40)):
        ours, theirs = pty.openpty()
        program = subprocess.Popen([SOCKTRACE, "set-backlog", "40", "-p", str(server.pid), "-L", str(port)],
                                   stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        os.close(theirs)
        os.write(ours, answer.encode())
        _, asked = program.communicate(timeout=PATIENCE)
        same("status", program.returncode, status)
        assert "backlog 5 → 40" in asked.decode() and "Go ahead?" in asked.decode(), asked
        same("said that nothing was changed", "nothing was changed" in asked.decode(), status == 1)
        same("limit", limits(port), [("127.0.0.1", limit)])
        os.close(ours)


def test_asks_nobody_without_a_terminal():
    server = Puppet("server")
    port = server.listen(backlog=5)
    refused(40, server, port, "--yes", "terminal", options=())
    same("limit", limits(port), [("127.0.0.1", 5)])


def test_usage():
    for arguments, word in (([], "which number"), (["5", "-L", "80"], "which"), (["5", "-p", "1"], "which"),
                            (["-1", "-p", "1", "-L", "80"], "1"), (["many", "-p", "1", "-L", "80"], "many"),
                            (["5", "-p", "1", "-L", "80:"], "80:"), (["5", "-p", "1", "-L", "1.2.3:80"], "1.2.3:80")):
        one_message(socktrace("set-backlog", *arguments, status=2), word)


def test_server_goes_on():
    """A stopped server's backlog is raised while clients wait, and they get in when it goes on."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen(backlog=1)
    os.kill(server.pid, signal.SIGSTOP)
    client(f"socks = [tcp_connect({port}) for _ in range(2)]")
    set_backlog(100, server, port, "--yes")
    client(f"socks += [tcp_connect({port}) for _ in range(50)]")
    os.kill(server.pid, signal.SIGCONT)
    same("accepted", server("len([listener.accept() for _ in range(52)])"), 52)

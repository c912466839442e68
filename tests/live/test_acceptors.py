# SPDX-License-Identifier: BSD-2-Clause
"""What a thread does between its accepts: how long it runs, waits and is blocked, and in what."""
import contextlib
import os
import signal

from harness import Skip, Trace, eventually, in_syscall, read_text, same
from puppet import SYSCALL_ACCEPT, Puppet

MS = 1_000_000
BACKLOG = 16
SYSCALL_READ = {"x86_64": 0, "aarch64": 63}[os.uname().machine]
SYSCALL_FLOCK = {"x86_64": 73, "aarch64": 32}[os.uname().machine]
SYSCALL_FUTEX = {"x86_64": 202, "aarch64": 98}[os.uname().machine]


def only_acceptor(document, **wanted):
    found = [a for a in document["acceptors"] if a["accepted"]
             and all(a[key] == value for key, value in wanted.items())]
    assert len(found) == 1, f"{len(found)} threads accepted, not one"
    return found[0]


def sums(acceptor):
    total = {}
    for segment in acceptor["segments"]:
        state = segment["state"]
        total[state] = total.get(state, 0) + segment["end_ns"] - segment["start_ns"]
    return total


def longest(acceptor, state="blocked"):
    return max((s for s in acceptor["segments"] if s["state"] == state),
               key=lambda s: s["end_ns"] - s["start_ns"])


def length(segment):
    return segment["end_ns"] - segment["start_ns"]


def contiguous(acceptor):
    ends = [s["end_ns"] for s in acceptor["segments"]][:-1]
    starts = [s["start_ns"] for s in acceptor["segments"]][1:]
    return all(end <= start for end, start in zip(ends, starts))


def schedstat(pid):
    running, runnable, _ = map(int, read_text(f"/proc/{pid}/task/{pid}/schedstat").split())
    return running, runnable


def test_clocks():
    """Running, runnable and blocked of a server that works and rests add up to the kernel's own."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen()
    with Trace("-p", server.pid) as trace:
        client(f"first = tcp_connect({port})")
        server("sock, _ = listener.accept()")
        before = schedstat(server.pid)
        for _ in range(10):
            client(f"socks = [tcp_connect({port})]")
            server("""
end = time.thread_time() + 0.01
while time.thread_time() < end:
    pass
time.sleep(0.02)
sock, _ = listener.accept()""")
        after = schedstat(server.pid)
    acceptor = only_acceptor(trace.document)
    same("accepted", acceptor["accepted"], 11)
    assert contiguous(acceptor), acceptor["segments"]
    total = sums(acceptor)
    running = after[0] - before[0]
    assert abs(total["running"] - running) < 12 * MS, f"ran {total['running']}, the kernel says {running}"
    # a sleep shows as blocked wherever it is
    assert total["blocked"] >= 10 * 20 * MS - 10 * MS, f"blocked {total['blocked']} in ten sleeps of 20 ms"
    assert total["running"] >= 90 * MS, f"ran {total['running']} in ten times 10 ms"


@contextlib.contextmanager
def stalled(server, client, port, code, until, *options):
    """A queue more than half full while the server is in `code`, seen to be so by until().
    accept() blocks first: what a thread ran since it last slept counts as of its next tick, which may
    come late, and would be taken off the stall."""
    with Trace("-p", server.pid, *options) as trace:
        server.start("sock, _ = listener.accept()")
        eventually("accept() blocks", lambda: in_syscall(server.pid, *SYSCALL_ACCEPT))
        client(f"first = tcp_connect({port})")
        server.wait()
        if code:
            server.start(code + "\nstalled_until = time.monotonic_ns()\nlistener.accept()")
        client(f"socks = [tcp_connect({port}) for _ in range({BACKLOG - 4})]")
        until()
        client("time.sleep(0.3)")
        yield trace


def test_blocked_on_a_connection():
    """A stall of 300 ms in which the thread reads from another server: which, and how long."""
    upstream, server, client = Puppet("upstream"), Puppet("server"), Puppet("client")
    port, other = server.listen(backlog=BACKLOG), upstream.listen()
    server(f"up = tcp_connect({other})")
    upstream("down, _ = listener.accept()")
    fd = server("up.fileno()")
    with stalled(server, client, port, "os.read(up.fileno(), 1)",
                 lambda: eventually("blocked", lambda: in_syscall(server.pid, SYSCALL_READ))) as trace:
        upstream("down.send(b'x')")
        server.wait()
    stall = longest(only_acceptor(trace.document))
    same("call", (stall["call"], stall["fd"], stall["file"]), ("read", fd, None))
    assert 295 * MS < length(stall) < 3000 * MS, f"{length(stall)} ns"
    same("connection", stall["connection"], trace.document.connection(listener=None)["id"])


def test_blocked_on_a_file():
    """A lock on a file: its name."""
    holder, server, client = Puppet("holder"), Puppet("server"), Puppet("client")
    port = server.listen(backlog=BACKLOG)
    lock = "import fcntl; file = open('accounts.db', 'w'); fcntl.flock(file, fcntl.LOCK_EX)"
    holder(lock)
    with stalled(server, client, port, lock,
                 lambda: eventually("blocked", lambda: in_syscall(server.pid, SYSCALL_FLOCK))) as trace:
        holder("file.close()")
        server.wait()
    stall = longest(only_acceptor(trace.document))
    same("call", (stall["call"], stall["file"], stall["connection"]), ("flock", "accounts.db", None))
    assert length(stall) > 295 * MS, f"{length(stall)} ns"


def test_other_threads():
    """The thread that accepts waits for a lock; the one that holds it is shown too, with what it does."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen(backlog=BACKLOG)
    server("""
import threading
pipe, lock, held = os.pipe(), threading.Lock(), threading.Event()
def hold():
    with lock:
        held.set()
        os.read(pipe[0], 1)
threading.Thread(target=hold, daemon=True).start()
held.wait()""")
    with stalled(server, client, port, "lock.acquire()",
                 lambda: eventually("blocked", lambda: in_syscall(server.pid, SYSCALL_FUTEX))) as trace:
        os.kill(server.pid, 0)
        client("time.sleep(0.1)")
    acceptor = only_acceptor(trace.document, tid=server.pid)
    same("last", acceptor["segments"][-1]["call"], "futex")
    others = [a for a in trace.document["acceptors"] if a["tid"] != server.pid]
    same("other threads", len(others), 1)
    same("accepted by it", others[0]["accepted"], 0)
    same("what it does", {s["call"] for s in others[0]["segments"]}, {"read"})
    server.kill()


def test_stopped():
    """SIGSTOP: held, whatever call it was in."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen(backlog=BACKLOG)
    with stalled(server, client, port, None, lambda: os.kill(server.pid, signal.SIGSTOP)) as trace:
        os.kill(server.pid, signal.SIGCONT)
    same("held", longest(only_acceptor(trace.document))["held"], "stopped")


def move_to_cgroup(kind, pid, name):
    """A new cgroup with the process in it."""
    roots = {fields[0]: fields[1] for fields in
             ((line.split()[2], line.split()[1]) for line in read_text("/proc/mounts").splitlines())
             if fields[0] == "cgroup2"}
    roots.update({"freezer": "/sys/fs/cgroup/freezer", "cpu": "/sys/fs/cgroup/cpu"})
    folder = os.path.join(roots.get(kind, "/nowhere"), name)
    try:
        os.mkdir(folder)
        with open(folder + "/cgroup.procs", "w", encoding="ascii") as file:
            file.write(str(pid))
    except OSError as why:
        raise Skip(f"no {kind} cgroup can be made: {why}") from why
    return folder


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def check_frozen(kind, control, freeze, thaw):
    server, client = Puppet("server"), Puppet("client")
    port = server.listen(backlog=BACKLOG)
    folder = move_to_cgroup(kind, server.pid, f"socktrace-test-{os.getpid()}")
    try:
        with stalled(server, client, port, None, lambda: write(folder + control, freeze)) as trace:
            write(folder + control, thaw)
            server("1")
        same("held", longest(only_acceptor(trace.document))["held"], "frozen")
    finally:
        write(folder + control, thaw)
        server.kill()
        os.rmdir(folder)


def test_frozen():
    check_frozen("cgroup2", "/cgroup.freeze", "1", "0")


def test_frozen_by_the_old_freezer():
    check_frozen("freezer", "/freezer.state", "FROZEN", "THAWED")


def test_throttled():
    """Its cgroup gives it 5 % of a CPU: it is ready to run most of the time, and does not."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen(backlog=BACKLOG)
    folder = move_to_cgroup("cpu", server.pid, f"socktrace-test-{os.getpid()}")
    try:
        write(folder + "/cpu.cfs_quota_us", "5000")
        with stalled(server, client, port, "end = time.thread_time() + 0.04\nwhile time.thread_time() < end:\n    pass",
                     lambda: None) as trace:
            server.wait()
            write(folder + "/cpu.cfs_quota_us", "-1")
        acceptor = only_acceptor(trace.document)
        total = sums(acceptor)
        assert total["runnable"] > 4 * total["running"], total
        assert length(longest(acceptor, "runnable")) > 50 * MS, longest(acceptor, "runnable")
        assert total["runnable"] > 4 * total.get("blocked", 0), total
    finally:
        write(folder + "/cpu.cfs_quota_us", "-1")
        server.kill()
        os.rmdir(folder)


def test_attached_when_full():
    """The stall began before the trace, and the thread does not accept in it: it is shown all the same."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen(backlog=BACKLOG)
    server("pipe = os.pipe()")
    server.start("os.read(pipe[0], 1)")
    client(f"socks = [tcp_connect({port}) for _ in range({BACKLOG - 4})]")
    eventually("blocked", lambda: in_syscall(server.pid, SYSCALL_READ))
    with Trace("-p", server.pid) as trace:
        client("time.sleep(0.3)")
    same("threads", [a["tid"] for a in trace.document["acceptors"]], [server.pid])
    acceptor = trace.document["acceptors"][0]
    same("accepted", (acceptor["accepted"], acceptor["last_accept_ns"]), (0, None))
    same("what it does", [(s["state"], s["call"], s["file"]) for s in acceptor["segments"]],
         [("blocked", "read", None)])
    assert length(acceptor["segments"][0]) > 150 * MS, acceptor["segments"]
    server.kill()


def test_workers_that_inherited_it():
    """Of three processes with the listener one is stuck: all are shown, each with what it does."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen(backlog=BACKLOG)
    server("pipe, pids = os.pipe(), []")
    for _ in range(2):
        server("pids.append(os.fork())\nif not pids[-1]:\n    os.read(pipe[0], 1)\n    os._exit(0)")
    pids = server("pids")
    server.start("time.sleep(30)")
    with Trace("-p", server.pid) as trace:
        client(f"socks = [tcp_connect({port}) for _ in range({BACKLOG - 4})]")
        client("time.sleep(0.2)")
    same("processes", {a["tid"] for a in trace.document["acceptors"]}, {server.pid, *pids})
    for acceptor in trace.document["acceptors"]:
        same(f"what {acceptor['tid']} does", {s["call"] for s in acceptor["segments"]},
             {"read" if acceptor["tid"] in pids else "clock_nanosleep"})
    os.kill(server.pid, signal.SIGKILL)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def test_out_of_fds():
    """accept() that fails for want of a descriptor ends a turn and is counted."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen(backlog=BACKLOG)
    with Trace("-p", server.pid) as trace:
        client(f"socks = [tcp_connect({port}) for _ in range(2)]")
        server("sock, _ = listener.accept()")
        server("""
import errno, resource
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (4, hard))
for _ in range(5):
    try:
        listener.accept()
    except OSError as why:
        assert why.errno == errno.EMFILE
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))""")
    acceptor = only_acceptor(trace.document)
    same("accepted, failures", (acceptor["accepted"], acceptor["failures"]), (1, 5))


def test_quiet_servers_are_not_looked_at():
    """A queue that is never half full costs no look: no call is named."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen(backlog=BACKLOG)
    with Trace("-p", server.pid) as trace:
        for _ in range(50):
            client(f"sock = tcp_connect({port})")
            server("sock, _ = listener.accept()")
    same("accepted", only_acceptor(trace.document)["accepted"], 50)
    same("threads", len(trace.document["acceptors"]), 1)
    same("calls", {s["call"] for s in only_acceptor(trace.document)["segments"]}, {"accept", None})

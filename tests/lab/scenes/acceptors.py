# SPDX-License-Identifier: BSD-2-Clause
"""The server does not accept, or not soon enough."""
import os
import signal
import threading
import time

import harness
from harness import read_text, same
from lab import PORT, scene


@scene("acceptor-slow", "Does the work inside its accept loop, 100 ms a request; 30 clients a second come.")
def serial(lab):
    server = lab.server("serial.py", PORT, 5, 0.1)
    with lab.watch("-p", server.pid):
        lab.crowd(rate=30, seconds=3)
    lab.needs("ListenOverflows")


@scene("acceptor-slow", "The same, and the work is a computation: the thread runs, but does not accept.")
def serial_busy(lab):
    server = lab.server("serial.py", PORT, 5, 0.1, "--busy")
    with lab.watch("-p", server.pid):
        lab.crowd(rate=30, seconds=2)
    lab.needs("ListenOverflows")


@scene("acceptor-slow", "Stands still for 300 ms now and then, under 2,000 connections a second.", alone=True)
def stall(lab):
    server = lab.server("stall.py", PORT, 128, 1.5)
    with lab.watch("-p", server.pid):
        lab.crowd(rate=2000, seconds=2.2, patience=1, mute=True)
    lab.needs("ListenOverflows", 100)


@scene("acceptor-out-of-fds", "Never closes its connections: accept() says EMFILE, the queue fills.")
def leaky(lab):
    server = lab.server("leaky.py", PORT, 8, 32)
    with lab.watch("-p", server.pid):
        lab.crowd(rate=40, seconds=2.5, hold=True)
        fds = len(os.listdir(f"/proc/{server.pid}/fd"))
    lab.needs("ListenOverflows")
    lab.holds("acceptor-out-of-fds", nofile_soft=32, nofile_hard=32, fds_open=fds)


@scene("acceptor-stopped", "The thread that accepts dies of a request it did not expect; the process lives on.")
def dead_thread(lab):
    server = lab.server("dead_thread.py", PORT, 5)
    with lab.watch("-p", server.pid):
        lab.crowd(rate=20, seconds=2.5)
    lab.needs("ListenOverflows")


@scene("acceptor-stopped", "The accept loop waits for a lock whose holder is gone.")
def deadlock(lab):
    server = lab.server("deadlock.py", PORT, 5)
    with lab.watch("-p", server.pid):
        lab.crowd(rate=20, seconds=2.5)
    lab.needs("ListenOverflows")


@scene("acceptor-stopped", "The same, attached to when the queue is full already.")
def deadlock_attached_late(lab):
    server = lab.server("deadlock.py", PORT, 5)
    lab.crowd(rate=20, seconds=1)
    harness.eventually("clients are turned away", lambda: harness.kernel_counters()["TcpExt.ListenOverflows"])
    with lab.watch("-p", server.pid):
        lab.crowd(rate=20, seconds=2)
    lab.needs("ListenOverflows")


@scene("acceptor-at-limit", "Serves 16 connections at once and no more; they stay.")
def limited(lab):
    server = lab.server("limited.py", PORT, 5, 16)
    with lab.watch("-p", server.pid):
        lab.crowd(rate=20, seconds=3.5, hold=True)
    lab.needs("ListenOverflows")


@scene("reuseport-member-stuck", "Three processes share the port by SO_REUSEPORT; one of them does not accept.")
def members(lab):
    server = lab.server("members.py", PORT, 5, 3)
    with lab.watch("-p", server.pid):
        lab.crowd(rate=40, seconds=2.5, mute=True)
    lab.needs("ListenOverflows")


@scene("acceptor-starved", "Somebody stops the server with a signal and lets it go on two seconds later.")
def suspended(lab):
    server = lab.server("pool.py", PORT, 16)
    with lab.watch("-p", server.pid):
        os.kill(server.pid, signal.SIGSTOP)
        waking = threading.Timer(2, os.kill, (server.pid, signal.SIGCONT))
        waking.start()
        lab.crowd(rate=30, seconds=3)
        waking.join()
    lab.needs("ListenOverflows")
    seen = lab.evidence("acceptor-starved")
    assert not seen or 1.5e9 < seen["stopped_ns"] < 2.2e9 and not seen["frozen_ns"], seen


@scene("acceptor-starved", "Its cgroup gets 4 ms of CPU time in each 200 ms.")
def throttled(lab):
    server = lab.server("pool.py", PORT, 16, favoured=False)
    with cpu_quota(server.pid, quota_us=4000, period_us=200_000) as quota:
        with lab.watch("-p", server.pid):
            before = quota.counts()
            lab.crowd(rate=400, seconds=3)
            after = quota.counts()
    lab.needs("ListenOverflows")
    seen = lab.evidence("acceptor-starved")
    if seen:
        same("the quota", (seen["cpu_quota_ns"], seen["cpu_period_ns"]), (4_000_000, 200_000_000))
        throttled = after["nr_throttled"] - before["nr_throttled"]
        assert throttled / 2 <= seen["cpu_periods_throttled"] <= throttled + 2, (seen, before, after)
        assert seen["cpu_throttled_ns"] > 1e9, (seen, before, after)


class cpu_quota:
    """A cgroup of either version for one process."""

    def __init__(self, pid, quota_us, period_us):
        name = f"socktrace-lab-{pid}"
        v1, v2 = "/sys/fs/cgroup/cpu", "/sys/fs/cgroup"
        if os.path.exists(v1 + "/cpu.cfs_quota_us") or os.path.exists(v1 + "/cgroup.procs"):
            self.root, self.settings = v1, {"cpu.cfs_period_us": period_us, "cpu.cfs_quota_us": quota_us}
        elif os.path.exists(v2 + "/cgroup.subtree_control"):
            self.root, self.settings = v2, {"cpu.max": f"{quota_us} {period_us}"}
        else:
            raise harness.Skip("no cgroups are mounted")
        self.pid, self.folder = pid, f"{self.root}/{name}"

    def __enter__(self):
        try:
            os.mkdir(self.folder)
            for name, value in self.settings.items():
                self.write(f"{self.folder}/{name}", value)
            self.write(f"{self.folder}/cgroup.procs", self.pid)
        except OSError as error:
            self.remove()
            raise harness.Skip(f"no CPU quota to be had from {self.root}: {error.strerror}") from None
        return self

    def counts(self):
        return {key: int(value) for key, value in map(str.split, read_text(f"{self.folder}/cpu.stat").splitlines())}

    def __exit__(self, *_):
        self.write(f"{self.root}/cgroup.procs", self.pid)
        self.remove()

    @staticmethod
    def write(path, value):
        with open(path, "w", encoding="ascii") as file:
            file.write(str(value))

    def remove(self):
        try:
            os.rmdir(self.folder)
        except OSError:
            time.sleep(0)


@scene("accept-wait-high", "40 ms a request in the accept loop; nobody is dropped, but fifty wait.")
def waiting(lab):
    server = lab.server("serial.py", PORT, 100, 0.04)
    with lab.watch("-p", server.pid):
        lab.crowd(burst=80, seconds=0, patience=6)
    harness.same("ListenDrops", lab.rose["TcpExt.ListenDrops"], 0)


@scene("capacity-exceeded", "A millisecond of computing for each connection, 2,500 a second: no queue is long enough.", alone=True)
def too_many(lab):
    server = lab.server("costly.py", PORT, 128, 0.001)
    with lab.watch("-p", server.pid):
        lab.crowd(rate=2500, seconds=2.5, mute=True)
    lab.needs("ListenOverflows", 100)

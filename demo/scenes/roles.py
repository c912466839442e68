# SPDX-License-Identifier: BSD-2-Clause
"""The two roles of every scene: a server and a client, each a process of its own.

The client starts when the server calls ready(): it waits for that signal, so
that no scene has to sleep and hope.
"""
import contextlib
import os
import signal
import sys

PORT = int(os.environ.get("DEMO_PORT", "8088"))
HOST = "127.0.0.1"
GO = {signal.SIGUSR1}


def call_me(name):
    """Sets the name that ps, top and socktrace show for this process."""
    with open("/proc/self/comm", "w") as comm:
        comm.write(name)


def take_cpu(server):
    """The server has a CPU of its own where there are two, and precedence on it where that is
    allowed: the scenes show queues, not the scheduler."""
    cpus = sorted(os.sched_getaffinity(0))
    if server:
        with contextlib.suppress(PermissionError):
            os.setpriority(os.PRIO_PROCESS, 0, -20)
    if len(cpus) > 1:
        os.sched_setaffinity(0, cpus[:1] if server else cpus[1:])


def client_process(client):
    """Forks a process that runs client() once it is told to."""
    pid = os.fork()
    if pid == 0:
        call_me("client")
        take_cpu(server=False)
        signal.sigwait(GO)
        client()
        os._exit(0)
    return pid


def play(server, client, clients=1):
    """Runs server(ready) here and client() in as many other processes as asked for.

    ready() lets all clients start that have not yet, ready(n) the next n.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, GO)
    pids = [client_process(client) for _ in range(clients)]

    waiting = list(pids)

    def ready(count=None):
        for pid in waiting[:count]:
            os.kill(pid, signal.SIGUSR1)
        del waiting[:count]

    call_me("server")
    take_cpu(server=True)
    server(ready)
    failed = [pid for pid in pids if os.waitpid(pid, 0)[1] != 0]
    sys.exit(1 if failed else 0)

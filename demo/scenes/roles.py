"""The two roles of every scene: a server and a client, each a process of its own.

The client starts when the server calls ready(): it waits for that on a pipe, so
that no scene has to sleep and hope.
"""
import os
import sys

PORT = int(os.environ.get("DEMO_PORT", "8088"))
HOST = "127.0.0.1"


def call_me(name):
    """Sets the name that ps, top and socktrace show for this process."""
    with open("/proc/self/comm", "w") as comm:
        comm.write(name)


def client_process(client, start):
    """Forks a process that runs client() once the pipe's reading end `start` says so."""
    pid = os.fork()
    if pid == 0:
        call_me("client")
        os.read(start, 1)
        client()
        os._exit(0)
    return pid


def play(server, client, clients=1):
    """Runs server(ready) here and client() in as many other processes as asked for."""
    start, gate = os.pipe()
    pids = [client_process(client, start) for _ in range(clients)]
    call_me("server")
    server(lambda: os.write(gate, b"." * clients))
    failed = [pid for pid in pids if os.waitpid(pid, 0)[1] != 0]
    sys.exit(1 if failed else 0)

# SPDX-License-Identifier: BSD-2-Clause
"""Two segments of one client, on two CPUs at once, may each make a child of its request: the
kernel keeps one and throws the other away. What accept() gave is what counts."""
import contextlib
import mmap
import os
import socket
import struct

import harness
from harness import Skip, Trace, run, same
from peer import ACK, Peer, packet

TRACING = "/sys/kernel/tracing"
TCP_SYN_RECV, TCP_CLOSE = 3, 7
TWINS_WANTED = 5
ROUNDS_MAX = 2000
FIRST_PORT = 2000


@contextlib.contextmanager
def state_changes(port, old, new):
    """Gives a function that says how often the kernel took a socket of this port from old to new."""
    if not os.path.ismount(TRACING):
        run("mount", "-t", "tracefs", "none", TRACING)  # in this namespace
    folder = f"{TRACING}/instances/twins{os.getpid()}"
    event = f"{folder}/events/sock/inet_sock_set_state"
    os.mkdir(folder)
    try:
        for name, text in (("filter", f"sport == {port} && oldstate == {old} && newstate == {new}"), ("enable", "1")):
            with open(f"{event}/{name}", "w", encoding="ascii") as file:
                file.write(text)
        yield lambda: harness.read_text(f"{folder}/trace").count("inet_sock_set_state:")
    finally:
        os.rmdir(folder)


class Sender:
    """A process on another CPU that sends a packet in the moment it is told to."""

    def __init__(self, fd, cpus):
        self.shared = mmap.mmap(-1, mmap.PAGESIZE)
        self.orders, self.giving = os.pipe()
        if not os.fork():
            os.close(self.giving)
            os.sched_setaffinity(0, cpus[1:2])
            self.serve(fd)
            os._exit(0)
        os.close(self.orders)
        os.sched_setaffinity(0, cpus[:1])

    def serve(self, fd):
        shared = self.shared
        while size := os.read(self.orders, 2):
            data = os.read(self.orders, struct.unpack("!H", size)[0])
            shared[0] = 1
            while shared[0] != 2:
                pass
            os.write(fd, data)
            shared[0] = 3

    def send_with(self, fd, data):
        """Both of us, at once."""
        shared = self.shared
        os.write(self.giving, struct.pack("!H", len(data)) + data)
        while shared[0] != 1:
            pass
        shared[0] = 2
        os.write(fd, data)
        while shared[0] != 3:
            pass


def connect_twice(peer, sender, port, to):
    """A handshake whose last ACK comes twice."""
    answer = peer.syn(port, to)
    sender.send_with(peer.fd, packet(peer.host, peer.here, (port, to, 1001, answer.seq + 1), ACK))


def test_a_child_that_the_kernel_threw_away():
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) < 2:
        raise Skip("there is one CPU only")
    peer, listener = Peer(), socket.create_server(("0.0.0.0", 0))
    to = listener.getsockname()[1]
    sender = Sender(peer.fd, cpus)
    rounds = 0
    with Trace("-p", os.getpid()) as trace, state_changes(to, TCP_SYN_RECV, TCP_CLOSE) as thrown_away:
        while thrown_away() < TWINS_WANTED and rounds < ROUNDS_MAX:
            connect_twice(peer, sender, FIRST_PORT + rounds, to)
            listener.accept()[0].close()
            rounds += 1
        assert thrown_away() >= TWINS_WANTED, f"the kernel threw {thrown_away()} children away in {rounds} handshakes"
    trace.document.check_complete()
    same("connections", len(trace.document["connections"]), rounds)
    same("arrivals", trace.document.listener()["arrivals"], rounds)
    same("accepted", trace.document.listener()["accepted"], rounds)
    same("who was never accepted", [c for c in trace.document["connections"] if not c["accepted_ns"]], [])

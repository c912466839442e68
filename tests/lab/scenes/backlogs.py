# SPDX-License-Identifier: BSD-2-Clause
"""The acceptor is quick, the queue is short."""
import os

from lab import PORT, scene, setting


@scene("backlog-too-small", "listen(16), and clients that come 200 at a time.")
def short(lab):
    server = lab.server("pool.py", PORT, 16)
    with lab.watch("-p", server.pid):
        lab.load("peers.py", PORT, "burst", 200, 3)
    lab.needs("ListenOverflows")


@scene("backlog-clamped", "listen(511), but net.core.somaxconn of its namespace is 16.")
def clamped(lab):
    setting("core/somaxconn", 16)
    server = lab.server("pool.py", PORT, 511)
    with lab.watch("-p", server.pid):
        lab.load("peers.py", PORT, "burst", 200, 3)
    lab.needs("ListenOverflows")


@scene("backlog-stale", "somaxconn was 16 when it called listen(511); it has been raised, listen() not repeated.")
def stale(lab):
    setting("core/somaxconn", 16)
    server = lab.held_back("pool.py", PORT, 511)
    with lab.watch("-p", server.pid):
        lab.let_go(server, PORT)
        setting("core/somaxconn", 4096)
        lab.load("peers.py", PORT, "burst", 200, 3)
    lab.needs("ListenOverflows")


@scene("unix-backlog-full", "A UNIX socket, listen(2), 50 ms a request: connect() waits or says EAGAIN.")
def unix(lab):
    server = lab.server("serial.py", os.path.abspath("lab.sock"), 2, 0.05)
    with lab.watch("-p", server.pid):
        seen = lab.load("unix_crowd.py", os.path.abspath("lab.sock"), 5, 3, 2)
    lab.kept_waiting(seen)

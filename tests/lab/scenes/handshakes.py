# SPDX-License-Identifier: BSD-2-Clause
"""What goes wrong before a connection is in the accept queue."""
import harness
from lab import PORT, scene, setting


@scene("syn-queue-full", "SYN cookies are off, and 300 peers never complete their handshakes.")
def half_open(lab):
    setting("ipv4/tcp_syncookies", 0)
    server = lab.server("pool.py", PORT, 128)
    with lab.watch("-p", server.pid):
        lab.load("peers.py", PORT, "flood", 300, 400)
    lab.needs("TCPReqQFullDrop", 100)


@scene("syn-queue-cookies", "The same with SYN cookies on: nobody is dropped.")
def half_open_cookies(lab):
    server = lab.server("pool.py", PORT, 128)
    with lab.watch("-p", server.pid):
        lab.load("peers.py", PORT, "flood", 300, 400)
    lab.needs("SyncookiesSent", 100)
    harness.same("ListenDrops", lab.rose["TcpExt.ListenDrops"], 0)


@scene("handshake-loss", "Twenty peers do not hear the answers: SYN-ACKs are sent again, no queue is full.")
def unheard(lab):
    server = lab.server("pool.py", PORT, 128)
    with lab.watch("-p", server.pid):
        lab.load("peers.py", PORT, "flood", 20, 8)
    lab.needs("TCPTimeouts")
    harness.same("ListenDrops", lab.rose["TcpExt.ListenDrops"], 0)


@scene("defer-accept", "TCP_DEFER_ACCEPT, and clients that connect and say nothing.")
def deferred(lab):
    server = lab.server("pool.py", PORT, 64, "--defer", 5)
    with lab.watch("-p", server.pid):
        lab.crowd(rate=20, seconds=2.5, mute=True)
    lab.needs("TCPDeferAcceptDrop")


@scene("listen-drop-other", "Clients whose addresses the server has no way back to: a wrong route.")
def no_way_back(lab):
    server = lab.server("pool.py", PORT, 128)
    harness.ip("route", "add", "unreachable", "10.99.0.0/17")
    with lab.watch("-p", server.pid):
        lab.load("peers.py", PORT, "flood", 100, 50)
    lab.needs("ListenDrops", 100)
    harness.same("ListenOverflows", lab.rose["TcpExt.ListenOverflows"], 0)

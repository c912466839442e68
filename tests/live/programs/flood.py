#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Sends SYNs to a port from one CPU as fast as it can: flood.py CPU PORT COUNT."""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from peer import SYN, Peer, packet  # noqa: E402

cpu, port, count = (int(word) for word in sys.argv[1:])
os.sched_setaffinity(0, {cpu})
peer = Peer(device=f"flood{cpu}")
packets = [packet(f"10.9.{2 + cpu}.{i % 250 + 1}", peer.here, (1024 + i // 250, port, i, 0), SYN)
           for i in range(min(count, 50000))]
print("ready", file=sys.stderr, flush=True)
sys.stdin.readline()
for i in range(count):
    os.write(peer.fd, packets[i % len(packets)])

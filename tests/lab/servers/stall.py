#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Answers at once, but now and then its loop stands still for 300 ms: a log file, a lock, a
garbage collector. Looked at once a second, its queue is always empty.

    stall.py PORT BACKLOG SECONDS_BETWEEN_STALLS
"""
import socket
import sys
import time

port, backlog, between = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])

listener = socket.create_server(("", port), backlog=backlog)
next_stall = time.monotonic() + between
while True:
    client, _ = listener.accept()
    client.close()
    if time.monotonic() > next_stall:
        time.sleep(0.3)
        next_stall = time.monotonic() + between

#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Does the work of a request inside its accept loop: while it works, nobody is accepted.

    serial.py PORT|PATH BACKLOG SECONDS_OF_WORK [--busy]

The work is a wait for somebody else (a database, say), with --busy a computation.
"""
import socket
import struct
import sys
import time

where, backlog, work = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
busy = "--busy" in sys.argv

if where.startswith("/"):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(where)
else:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("", int(where)))
listener.listen(backlog)
database, silent_end = socket.socketpair()
database.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", int(work), int(work % 1 * 1e6)))

while True:
    client, _ = listener.accept()
    client.recv(100)
    if busy:
        end = time.thread_time() + work
        while time.thread_time() < end:
            pass
    else:
        try:
            database.recv(100)
        except BlockingIOError:
            pass
    try:
        client.sendall(b"thanks\n")
    except OSError:
        pass  # the client did not wait for it
    client.close()

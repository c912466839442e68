#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""As it should be: one thread accepts and does nothing else, four others serve.

    pool.py PORT BACKLOG [--defer SECONDS]

--defer sets TCP_DEFER_ACCEPT: a connection is handed over when its first data has come.
"""
import queue
import socket
import sys
import threading

port, backlog = int(sys.argv[1]), int(sys.argv[2])
accepted = queue.SimpleQueue()


def serve():
    while True:
        with accepted.get() as client:
            try:
                client.recv(100)
                client.sendall(b"thanks\n")
            except OSError:
                pass  # gone


listener = socket.create_server(("", port), backlog=backlog)
if "--defer" in sys.argv:
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, int(sys.argv[sys.argv.index("--defer") + 1]))
for _ in range(4):
    threading.Thread(target=serve).start()
while True:
    accepted.put(listener.accept()[0])

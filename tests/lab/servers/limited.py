#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Serves so many connections at once and no more: who comes then waits in the kernel's queue.

    limited.py PORT BACKLOG LIMIT
"""
import socket
import sys
import threading

port, backlog, limit = map(int, sys.argv[1:4])
room = threading.Semaphore(limit)


def serve(client):
    try:
        while data := client.recv(100):
            client.sendall(data)
    except OSError:
        pass  # gone
    client.close()
    room.release()


listener = socket.create_server(("", port), backlog=backlog)
while True:
    room.acquire()
    connection, _ = listener.accept()
    threading.Thread(target=serve, args=[connection]).start()

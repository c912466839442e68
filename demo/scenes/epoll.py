# SPDX-License-Identifier: BSD-2-Clause
"""The same eight clients against a server that waits for all of them at once."""
import select
import socket
import time

from roles import HOST, PORT, play

CLIENTS = 8
WORK_SECONDS = 0.1  # what it takes to serve one client: here it passes elsewhere


def server(ready):
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, PORT))
    listener.listen(5)
    listener.setblocking(False)
    poll = select.epoll()
    poll.register(listener, select.EPOLLIN)
    ready()

    served = 0
    working = []  # (when its work is done, connection), the earliest first
    while served < CLIENTS:
        timeout = max(0, working[0][0] - time.monotonic()) if working else None
        if poll.poll(timeout):
            connection, address = listener.accept()
            working.append((time.monotonic() + WORK_SECONDS, connection))
        while working and working[0][0] <= time.monotonic():
            _, connection = working.pop(0)
            connection.send(b"Thank you for connecting")
            connection.close()
            served += 1
    poll.close()
    listener.close()


def client():
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.connect((HOST, PORT))
    sock.recv(1024)
    sock.close()


play(server, client, CLIENTS)

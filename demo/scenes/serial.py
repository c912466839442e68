# SPDX-License-Identifier: BSD-2-Clause
"""Eight clients at once against a server that serves one after the other."""
import socket
import time

from roles import HOST, PORT, play

CLIENTS = 8
WORK_SECONDS = 0.1  # what it takes to serve one client


def server(ready):
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, PORT))
    listener.listen(5)
    ready(1)
    for _ in range(CLIENTS):
        connection, address = listener.accept()
        ready()  # the first is in service: now come all the others
        time.sleep(WORK_SECONDS)
        connection.send(b"Thank you for connecting")
        connection.close()
    listener.close()


def client():
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.connect((HOST, PORT))
    sock.recv(1024)
    sock.close()


play(server, client, CLIENTS)

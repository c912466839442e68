#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Its accept loop waits for a lock whose holder died of an error.

    deadlock.py PORT BACKLOG
"""
import socket
import sys
import threading

port, backlog = int(sys.argv[1]), int(sys.argv[2])
statistics = threading.Lock()


def serve(client):
    statistics.acquire()
    client.sendall(str(int(client.recv(100))).encode())
    statistics.release()  # not if that was no number: `with` would have


listener = socket.create_server(("", port), backlog=backlog)
while True:
    connection, _ = listener.accept()
    with statistics:
        threading.Thread(target=serve, args=[connection]).start()

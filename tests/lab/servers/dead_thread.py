#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Accepts in a thread that dies of the first request it did not expect; the process lives on.

    dead_thread.py PORT BACKLOG
"""
import socket
import sys
import threading
import time

port, backlog = int(sys.argv[1]), int(sys.argv[2])


def accept_loop(listener):
    while True:
        client, _ = listener.accept()
        client.sendall(str(int(client.recv(100))).encode())
        client.close()


listener = socket.create_server(("", port), backlog=backlog)
threading.Thread(target=accept_loop, args=[listener]).start()
while True:
    time.sleep(1)  # the rest of the program: timers, statistics

#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Accepts as fast as it can, but each connection costs it some computing (cryptography, say).

    costly.py PORT BACKLOG SECONDS_OF_COMPUTING
"""
import socket
import sys
import time

port, backlog, computing = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])

listener = socket.create_server(("", port), backlog=backlog)
while True:
    client, _ = listener.accept()
    end = time.thread_time() + computing
    while time.thread_time() < end:
        pass
    client.close()

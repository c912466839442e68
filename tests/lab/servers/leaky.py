#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Forgets to close its connections: one day accept() says EMFILE, and its loop can only
say so, wait a little and try again.

    leaky.py PORT BACKLOG FDS
"""
import resource
import select
import socket
import sys
import time

port, backlog, fds = map(int, sys.argv[1:4])

resource.setrlimit(resource.RLIMIT_NOFILE, (fds, fds))
listener = socket.create_server(("", port), backlog=backlog)
connections = []
while True:
    select.select([listener], [], [])
    try:
        client, _ = listener.accept()
        client.sendall(b"thanks\n")
        connections.append(client)
    except OSError as error:
        print(f"accept: {error}", flush=True)
        time.sleep(0.1)

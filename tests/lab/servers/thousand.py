#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Listens on so many ports from PORT on, and accepts from all but the last.

    thousand.py PORT BACKLOG PORTS
"""
import resource
import selectors
import socket
import sys

port, backlog, ports = map(int, sys.argv[1:4])
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)

ready = selectors.DefaultSelector()
listeners = [socket.create_server(("", port + number), backlog=backlog) for number in reversed(range(ports))]
for listener in listeners[1:]:
    ready.register(listener, selectors.EVENT_READ)
while True:
    for key, _ in ready.select():
        key.fileobj.accept()[0].close()

#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Processes that share a port by SO_REUSEPORT; the kernel chooses for each client one of
them, whether it accepts or not. The last one never does: it reads a pipe nobody writes.

    members.py PORT BACKLOG PROCESSES
"""
import os
import socket
import sys

port, backlog, processes = map(int, sys.argv[1:4])

for number in range(processes):
    if os.fork():
        continue
    listener = socket.create_server(("", port), backlog=backlog, reuse_port=True)
    if number == processes - 1:
        os.read(os.pipe()[0], 1)
    while True:
        client, _ = listener.accept()
        client.close()
os.wait()

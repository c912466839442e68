#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Clients of a UNIX socket, each a thread: connects, sends a line, reads to the end, again.

    unix_crowd.py PATH PATIENT IMPATIENT SECONDS [SCRIPT]

Where the queue is full, a patient one's connect() waits; an impatient one's socket does not
block: it gets EAGAIN and tries again 20 ms later. With SCRIPT they speak
FastCGI and ask for that file. Prints as JSON what became of them.
"""
import collections
import json
import os
import socket
import struct
import sys
import threading
import time

path, patient, impatient, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
script = sys.argv[5] if len(sys.argv) > 5 else None
counts = collections.Counter(answered=0, eagain=0, pid=os.getpid())
waited = []  # in connect(), seconds each
end = time.monotonic() + seconds


def fastcgi(path):
    """A request that wants no answer kept: begin, the parameters, their end, an empty body."""
    def record(kind, content):
        return struct.pack("!BBHHBB", 1, kind, 1, len(content), 0, 0) + content
    parameters = {"SCRIPT_FILENAME": path, "REQUEST_METHOD": "GET"}
    encoded = b"".join(bytes([len(k), len(v)]) + k.encode() + v.encode() for k, v in parameters.items())
    return record(1, struct.pack("!HB5x", 1, 0)) + record(4, encoded) + record(4, b"") + record(5, b"")


question = fastcgi(script) if script else b"hello\n"


def connect(client, waits):
    started = time.monotonic()
    client.setblocking(waits)
    while True:
        try:
            client.connect(path)
            if waits and time.monotonic() - started > 0.01:
                waited.append(time.monotonic() - started)
            return client.setblocking(True)
        except BlockingIOError:
            counts["eagain"] += 1
            time.sleep(0.02)


def visit(waits):
    while time.monotonic() < end:
        with socket.socket(socket.AF_UNIX) as client:
            connect(client, waits)
            client.send(question)
            answered = client.recv(100) != b""
            counts["answered"] += answered


threads = [threading.Thread(target=visit, args=[number < patient]) for number in range(patient + impatient)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps({**counts, "waited": sorted(waited, reverse=True)}))

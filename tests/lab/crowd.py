#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Many TCP clients, at a steady rate: each connects, sends a line, reads to the end, closes.

    crowd.py PORT [--burst N] [--rate PER_SECOND] [--seconds S] [--patience S] [--hosts N] [--hold] [--mute]

--burst: so many at once to begin with. --hold: a client stays and goes on sending; --mute: it
sends nothing. They come from so many --hosts (127.0.1.1, …). After the last has come they get
--patience to finish, then they leave. Prints as JSON what became of them.
"""
import argparse
import collections
import json
import select
import socket
import struct
import time

LATE_SECONDS = 0.9  # a client whose first SYN was lost comes again after a second
TURN_SECONDS = 0.1  # a client that holds sends that often

parser = argparse.ArgumentParser()
parser.add_argument("port", type=int)
parser.add_argument("--burst", type=int, default=0)
parser.add_argument("--rate", type=float, default=0)
parser.add_argument("--seconds", type=float, default=0)
parser.add_argument("--patience", type=float, default=0)
parser.add_argument("--hosts", type=int, default=4)
parser.add_argument("--hold", action="store_true")
parser.add_argument("--mute", action="store_true")
options = parser.parse_args()

counts = collections.Counter(attempts=0, connected=0, late=0, answered=0, failed=0)
poll = select.epoll()
clients = {}  # fd → (socket, when it set out)
connected = set()


def set_out():
    client = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.bind((f"127.0.1.{1 + counts['attempts'] % options.hosts}", 0))
    counts["attempts"] += 1
    clients[client.fileno()] = client, time.monotonic()
    client.connect_ex(("127.0.0.1", options.port))
    poll.register(client, select.EPOLLOUT)


def arrive(fd, client, since):
    connected.add(fd)
    counts["connected"] += 1
    counts["late"] += time.monotonic() - since > LATE_SECONDS
    poll.modify(fd, select.EPOLLIN)
    if not options.mute:
        client.send(b"hello\n")


def leave(fd, client, how):
    counts[how] += 1
    connected.discard(fd)
    del clients[fd]
    client.close()


def progress(fd, happened):
    client, since = clients[fd]
    try:
        if fd not in connected:
            if happened & (select.EPOLLERR | select.EPOLLHUP):
                leave(fd, client, "failed")
            else:
                arrive(fd, client, since)
        elif not client.recv(4096):
            leave(fd, client, "answered")
    except OSError:
        leave(fd, client, "failed")


def send_again():
    for fd in connected:
        try:
            clients[fd][0].send(b"again\n")
        except OSError:
            pass  # progress() learns of it


start = turn = time.monotonic()
coming = start + options.seconds
while (now := time.monotonic()) < coming or ((clients or not counts["attempts"]) and now < coming + options.patience):
    due = options.burst + int(options.rate * (min(now, coming) - start))
    while counts["attempts"] < due:
        set_out()
    if options.hold and now - turn > TURN_SECONDS:
        send_again()
        turn = now
    for ready in poll.poll(min(0.02, 1 / max(options.rate, 1))):
        progress(*ready)
counts["not_back"] = len(clients)
for still, _ in clients.values():
    still.close()
print(json.dumps(counts))

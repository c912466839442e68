# SPDX-License-Identifier: BSD-2-Clause
"""A server and its clients in one process that count their own calls: counting.py FILE.

FILE gets, as JSON, for each call how often it was made, how often it failed with which
error, how many bytes it moved, and how long it took in sum and at most.
"""
import collections
import errno
import json
import socket
import sys
import time

CONNECTIONS = 300  # more than a live trace keeps
REFUSED = 7
UNREACHABLE = 2
EMPTY = 5

counts = collections.defaultdict(lambda: {"count": 0, "errors": collections.Counter(), "bytes": 0,
                                          "elapsed": 0.0, "longest": 0.0})


def counted(name, call, *arguments):
    """Makes the call; a number that send() and recv() gave counts as bytes."""
    count = counts[name]
    begin = time.monotonic()
    try:
        result = call(*arguments)
    except OSError as error:
        result = error
        count["errors"][errno.errorcode[error.errno]] += 1
    took = time.monotonic() - begin
    count["count"] += 1
    count["elapsed"] += took
    count["longest"] = max(count["longest"], took)
    if name in ("send", "recv") and not isinstance(result, OSError):
        count["bytes"] += result if name == "send" else len(result)
    return result


def new_socket():
    return counted("socket", socket.socket, socket.AF_INET, socket.SOCK_STREAM)


def serve_one(listener, port, size):
    client = new_socket()
    counted("connect", client.connect, ("127.0.0.1", port))
    connection, _ = counted("accept", listener.accept)
    counted("send", client.send, b"x" * size)
    counted("send", client.send, b"x")  # of one run with the first
    counted("recv", connection.recv, 65536)
    counted("send", connection.send, b"y" * 26)
    counted("recv", client.recv, 65536)
    if size % 2:
        counted("shutdown", client.shutdown, socket.SHUT_WR)
    counted("close", connection.close)
    counted("close", client.close)


def fail_to_connect(address):
    client = new_socket()
    counted("connect", client.connect, address)
    counted("close", client.close)


def main():
    listener = new_socket()
    counted("bind", listener.bind, ("127.0.0.1", 0))
    counted("listen", listener.listen, 5)
    port = listener.getsockname()[1]
    for size in range(1, CONNECTIONS + 1):
        serve_one(listener, port, size)
    taken = new_socket()
    counted("bind", taken.bind, ("127.0.0.1", port))
    counted("close", taken.close)
    for _ in range(REFUSED):
        fail_to_connect(("127.0.0.1", 1))
    for _ in range(UNREACHABLE):
        fail_to_connect(("192.0.2.1", 80))
    listener.setblocking(False)
    for _ in range(EMPTY):
        counted("accept", listener.accept)
    counted("close", listener.close)
    with open(sys.argv[1], "w", encoding="ascii") as file:
        json.dump(counts, file)


main()

# SPDX-License-Identifier: BSD-2-Clause
"""An echo server with a thread per connection. Prints its port; at SIGTERM, as JSON, what it counted."""
import json
import signal
import socket
import sys
import threading

counts = {"connections": 0, "sent": 0, "received": 0}
lock = threading.Lock()


def echo(connection):
    total = 0
    with connection:
        while data := connection.recv(65536):
            connection.sendall(data)
            total += len(data)
    with lock:
        counts["connections"] += 1
        counts["received"] += total
        counts["sent"] += total


def over(*_):
    print(json.dumps(counts), flush=True)
    sys.exit(0)


signal.signal(signal.SIGTERM, over)
listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
print(listener.getsockname()[1], flush=True)
while True:
    accepted, _ = listener.accept()
    threading.Thread(target=echo, args=(accepted,), daemon=True).start()

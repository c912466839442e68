#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What the browser tests look at: a slow server behind a short backlog, a crowd of clients, and
names that would be markup if a page took them for it.
"""
import os
import socket
import threading

CLIENTS = 10
PATIENCE_SECONDS = 2
BUSY_SECONDS = 0.15
COMM = b"<img src=x>&\"'"
PATH = b"\0</script><script>document.title='owned'</script><svg onload=document.title='owned'>"


def rename(name):
    with open("/proc/self/comm", "wb") as file:
        file.write(name)


def client(port):
    """A client whose last ACK was dropped may never be served: it gives up."""
    try:
        with socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS) as sock:
            sock.sendall(b"hello\n")
            while sock.recv(100):
                pass
    except OSError:
        pass


def serve(listener, clients):
    """One at a time, with the work inside the accept loop: what a backlog cannot mend."""
    listener.settimeout(BUSY_SECONDS)
    while any(client.is_alive() for client in clients):
        try:
            sock, _ = listener.accept()
        except TimeoutError:
            continue
        sock.recv(100)
        threading.Event().wait(BUSY_SECONDS)
        sock.sendall(b"Thank you for connecting\n")
        sock.close()


def crowd():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(2)
        port = listener.getsockname()[1]
        clients = [threading.Thread(target=client, args=(port,)) for _ in range(CLIENTS)]
        for thread in clients:
            thread.start()
        serve(listener, clients)


def hostile():
    rename(COMM)
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as sock:
        listener.bind(PATH)
        listener.listen(1)
        sock.connect(PATH)
        accepted, _ = listener.accept()
        accepted.close()


def refused():
    with socket.socket() as sock:
        sock.connect_ex(("127.0.0.1", 1))


refused()
crowd()
hostile()
os._exit(0)

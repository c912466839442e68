# SPDX-License-Identifier: BSD-2-Clause
"""The same server on a path instead of a port: an AF_UNIX socket."""
import os
import socket
import tempfile

from roles import play

PATH = "greeting.sock"


def server(ready):
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(PATH)
    listener.listen(5)
    ready()
    connection, address = listener.accept()
    connection.send(b"Thank you for connecting")
    connection.close()
    listener.close()


def client():
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.connect(PATH)
    sock.recv(1024)
    sock.close()


with tempfile.TemporaryDirectory() as directory:
    os.chdir(directory)
    play(server, client)

# SPDX-License-Identifier: BSD-2-Clause
"""The first program of every socket tutorial: a server that thanks its client."""
import socket

from roles import HOST, PORT, play


def server(ready):
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, PORT))
    listener.listen(5)
    ready()
    connection, address = listener.accept()
    connection.send(b"Thank you for connecting")
    connection.close()
    listener.close()


def client():
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.connect((HOST, PORT))
    sock.recv(1024)
    sock.close()


play(server, client)

# SPDX-License-Identifier: BSD-2-Clause
"""A question and an answer over UDP: no connection, no listen(), no accept()."""
import socket

from roles import HOST, PORT, play


def server(ready):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((HOST, PORT))
    ready()
    question, address = sock.recvfrom(2048)
    sock.sendto(question.upper(), address)
    sock.close()


def client():
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.sendto(b"who is there?", (HOST, PORT))
    sock.recvfrom(2048)
    sock.close()


play(server, client)

# SPDX-License-Identifier: BSD-2-Clause
"""A bind() to an address that another socket already has."""
import errno
import socket

from roles import HOST, PORT, call_me

call_me("server")

first = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
first.bind((HOST, PORT))
first.listen(5)

second = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
try:
    second.bind((HOST, PORT))
except OSError as error:
    assert error.errno == errno.EADDRINUSE
else:
    raise AssertionError("two sockets got the same address")
second.close()
first.close()

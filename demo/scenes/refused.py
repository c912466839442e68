# SPDX-License-Identifier: BSD-2-Clause
"""A connect() to a port where nobody listens."""
import errno
import socket

from roles import HOST, PORT, call_me

call_me("client")

sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
result = sock.connect_ex((HOST, PORT))
assert result == errno.ECONNREFUSED, f"somebody listens on port {PORT}"
sock.close()

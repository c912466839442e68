# SPDX-License-Identifier: BSD-2-Clause
"""Two connected sockets from one call, to talk to a child process."""
import os
import socket

from roles import call_me

call_me("parent")
parent, child = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
pid = os.fork()
if pid == 0:
    call_me("child")
    parent.close()
    child.send(b"hello, parent")
    child.close()
    os._exit(0)

child.close()
parent.recv(1024)
parent.close()
os.waitpid(pid, 0)

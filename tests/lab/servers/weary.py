#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Never accepts, and at a signal (SIGUSR1), its queue full of clients, does something else.

    weary.py PORT BACKLOG WHAT

WHAT: close (its listener; it lives on), exit, fork (a child goes on with the listener), exec
(itself, the listener kept), listen (again, with a backlog of 64).
"""
import os
import signal
import socket
import sys
import time

port, backlog, what = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]

signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
listener = socket.create_server(("", port), backlog=backlog)
signal.sigwait([signal.SIGUSR1])
if what == "close":
    listener.close()
elif what == "exit":
    sys.exit()
elif what == "fork":
    os.fork()
elif what == "exec":
    listener.set_inheritable(True)
    os.execv("/bin/sleep", ["sleep", "60"])
elif what == "listen":
    listener.listen(64)
time.sleep(60)

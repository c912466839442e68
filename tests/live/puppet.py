# SPDX-License-Identifier: BSD-2-Clause
"""A process that does what the test says, line by line.

    server = Puppet("server")
    port = server.listen()
    server.start("connection, peer = listener.accept()")
    ...
    server.wait()

What it is told runs in the puppet, in one namespace that stays; an expression
gives its value back, where JSON can carry it. The test and its puppets talk over
pipes, so that every socket in a trace is the test's own doing. Make puppets
before anything that they should not inherit.
"""
import json
import os
import select
import signal
import socket
import struct
import textwrap
import traceback

from harness import PATIENCE

SYSCALL_ACCEPT = {"x86_64": (43, 288), "aarch64": (202, 242)}[os.uname().machine]


def tcp_listen(host="127.0.0.1", backlog=16, family=socket.AF_INET):
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, 0))
    listener.listen(backlog)
    return listener


def tcp_connect(port, host="127.0.0.1", family=socket.AF_INET):
    connection = socket.socket(family, socket.SOCK_STREAM)
    connection.connect((host, port))
    return connection


def port_of(sock):
    return sock.getsockname()[1]


def close_by_reset(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def receive_all(sock):
    """Reads to the end; gives the number of bytes."""
    total = 0
    while True:
        data = sock.recv(65536)
        if not data:
            return total
        total += len(data)


class Puppet:
    def __init__(self, name=None):
        commands, self.commands = os.pipe()
        self.answers, answers = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.commands)
            os.close(self.answers)
            if name:
                with open("/proc/self/comm", "w") as comm:
                    comm.write(name)
            self._obey(commands, answers)
        os.close(commands)
        os.close(answers)

    @staticmethod
    def _obey(commands, answers):
        namespace = {"__name__": "puppet"}
        exec("import array, os, select, socket, struct, time", namespace)
        namespace.update({f.__name__: f for f in (tcp_listen, tcp_connect, port_of, close_by_reset, receive_all)})
        for line in os.fdopen(commands):
            code = json.loads(line)
            try:
                try:
                    answer = {"value": eval(compile(code, "<test>", "eval"), namespace)}
                except SyntaxError:
                    exec(code, namespace)
                    answer = {"value": None}
                text = json.dumps(answer, default=repr)
            except BaseException:
                text = json.dumps({"error": traceback.format_exc()})
            os.write(answers, text.encode() + b"\n")
        os._exit(0)

    def start(self, code):
        os.write(self.commands, json.dumps(textwrap.dedent(code)).encode() + b"\n")

    def wait(self):
        text = b""
        while not text.endswith(b"\n"):
            ready, _, _ = select.select([self.answers], [], [], PATIENCE)
            chunk = os.read(self.answers, 65536) if ready else b""
            assert chunk, f"puppet {self.pid} did not answer"
            text += chunk
        answer = json.loads(text)
        assert "error" not in answer, answer.get("error")
        return answer["value"]

    def __call__(self, code):
        self.start(code)
        return self.wait()

    def listen(self, name="listener", **options):
        """Makes a listening socket of that name in the puppet; gives its port."""
        self(f"{name} = tcp_listen(**{options!r})")
        return self(f"port_of({name})")

    def end(self):
        """The process exits, and is gone."""
        os.close(self.commands)
        os.waitpid(self.pid, 0)

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
